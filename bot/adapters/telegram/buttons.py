"""Inline buttons; their data carries all state, across restarts."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.messages.feedback import THUMBS_DOWN
from bot.i18n import localize
from model import Prediction

CHOICE, PRIVACY, SETTING, PREFERENCES = "fit", "own", "set", "preferences"
"""The kinds of buttons: the prefixes of their data."""
MAX_DATA_BYTES = 64


def prediction_buttons(
    message: str, predictions: Sequence[Prediction], language: str | None
) -> InlineKeyboardMarkup:
    """Return the emojis as buttons for the message with the id ``message``, and "none fits"."""
    emojis = [
        InlineKeyboardButton(each.emoji, callback_data=data)
        for each in predictions
        if len((data := f"{CHOICE}:{message}:{each.emoji}").encode()) <= MAX_DATA_BYTES
    ]
    none = localize("feedback.none", language)
    last = InlineKeyboardButton(none, callback_data=f"{CHOICE}:{message}:{THUMBS_DOWN}")
    return InlineKeyboardMarkup([emojis, [last]])


def message_of(markup: InlineKeyboardMarkup | None) -> str | None:
    """Return the id of the message of ``prediction_buttons``; None for other buttons."""
    for row in markup.inline_keyboard if markup else ():
        for button in row:
            kind, _, rest = str(button.callback_data).partition(":")
            if kind == CHOICE:
                return rest.partition(":")[0]
    return None


def member_buttons(user: int, names: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup:
    """Return buttons for one member alone, from names and labels."""
    row = [
        InlineKeyboardButton(label, callback_data=f"{PRIVACY}:{user}:{name}")
        for name, label in names
    ]
    return InlineKeyboardMarkup([row])


def reset_confirmation(language: str | None) -> InlineKeyboardMarkup:
    """Return the buttons that reset or keep the preferences."""
    row = [
        InlineKeyboardButton(
            localize(f"preferences.{name}", language), callback_data=f"{PREFERENCES}:{name}"
        )
        for name in ("yes", "no")
    ]
    return InlineKeyboardMarkup([row])

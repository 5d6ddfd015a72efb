"""What stands behind the buttons: short texts that find their way back after a restart."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.messages.feedback import THUMBS_DOWN
from bot.i18n import localize
from model import Prediction

CHOICE, PRIVACY, SETTING, PREFERENCES = "fit", "own", "set", "preferences"
"""The kinds of buttons, by how their data begin."""
MAX_DATA_BYTES = 64
"""Bytes of data that Telegram takes."""


def prediction_buttons(
    message: str, predictions: Sequence[Prediction], language: str | None
) -> InlineKeyboardMarkup:
    """The emojis in a row, and that none fits; ``message`` is the one they are offered for."""
    emojis = [
        InlineKeyboardButton(each.emoji, callback_data=data)
        for each in predictions
        if len((data := f"{CHOICE}:{message}:{each.emoji}").encode()) <= MAX_DATA_BYTES
    ]
    none = localize("feedback.none", language)
    last = InlineKeyboardButton(none, callback_data=f"{CHOICE}:{message}:{THUMBS_DOWN}")
    return InlineKeyboardMarkup([emojis, [last]])


def message_of(markup: InlineKeyboardMarkup | None) -> str | None:
    """The id of the message that buttons of ``offer`` were made for; None for other buttons."""
    for row in markup.inline_keyboard if markup else ():
        for button in row:
            kind, _, rest = str(button.callback_data).partition(":")
            if kind == CHOICE:
                return rest.partition(":")[0]
    return None


def member_buttons(user: int, names: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup:
    """Buttons for one member alone: what each does and what stands on it."""
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

"""Handling of pressed buttons."""

from telegram import CallbackQuery

from bot.adapters.telegram import buttons
from bot.adapters.telegram.commands import preferences, privacy, settings
from bot.adapters.telegram.context import AdapterContext
from bot.core.events import FeedbackResult, FeedbackSource
from bot.core.messages.feedback import THUMBS_DOWN, explain_rejection
from bot.i18n import localize
from model.emoji import parse_choice


async def handle_callback(context: AdapterContext, query: CallbackQuery, number: int) -> None:
    """Handle a press, and answer it: otherwise Telegram shows a spinner.

    ``number`` is that of the update.
    """
    kind, _, rest = (query.data or "").partition(":")
    language = query.from_user.language_code
    match kind:
        case buttons.CHOICE:
            text = await _record_choice(context, query, rest, number)
        case buttons.PRIVACY:
            text = await privacy.handle_callback(context, query, rest)
        case buttons.SETTING:
            text = await settings.handle_callback(context, query, rest)
        case buttons.PREFERENCES:
            text = await preferences.handle_callback(context, query, rest)
        case _:
            text = localize("error.expired", language)
    await context.attempt(query.answer(text))


async def _record_choice(
    context: AdapterContext, query: CallbackQuery, rest: str, number: int
) -> str:
    """Record the chosen emoji in place of the member's earlier choice."""
    language = query.from_user.language_code
    message, _, text = rest.partition(":")
    emoji = parse_choice(text)  # a client may send any data
    if query.message is None or not message.isdecimal() or emoji is None:
        return localize("error.expired", language)
    ref, actor = context.ref(query.message.chat, int(message)), context.member(query.from_user.id)
    result = await context.reactions.on_all_reactions(
        ref, actor, [emoji], FeedbackSource.BUTTON, number
    )
    if result is not FeedbackResult.RECORDED:
        return explain_rejection(result, language)
    key = "dislike" if emoji == THUMBS_DOWN else "agree"
    return localize(f"feedback.{key}", language, emoji=emoji)

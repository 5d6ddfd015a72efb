"""Presses of the bot's buttons."""

from telegram import CallbackQuery

from bot.adapters.telegram import buttons
from bot.adapters.telegram.commands import preferences, privacy, settings
from bot.adapters.telegram.context import AdapterContext
from bot.core.events import FeedbackResult, FeedbackSource
from bot.core.messages.feedback import THUMBS_DOWN, explain_rejection
from bot.i18n import localize
from model.emoji import canonical


async def handle_callback(context: AdapterContext, query: CallbackQuery) -> None:
    """Do what the button says, and tell the member so; every press is answered."""
    kind, _, rest = (query.data or "").partition(":")
    language = query.from_user.language_code
    match kind:
        case buttons.CHOICE:
            told = await _fits(context, query, rest)
        case buttons.PRIVACY:
            told = await privacy.handle_callback(context, query, rest)
        case buttons.SETTING:
            told = await settings.handle_callback(context, query, rest)
        case buttons.PREFERENCES:
            told = await preferences.handle_callback(context, query, rest)
        case _:
            told = localize("error.expired", language)
    await context.attempt(query.answer(told))


async def _fits(context: AdapterContext, query: CallbackQuery, rest: str) -> str:
    """Keep that an emoji fits, in the place of what the member pressed before."""
    language = query.from_user.language_code
    message, _, emoji = rest.partition(":")
    if query.message is None or not message.isdecimal() or not emoji:
        return localize("error.expired", language)
    ref, actor = context.ref(query.message.chat, int(message)), context.member(query.from_user.id)
    emoji = canonical(emoji)
    result = await context.reactions.on_all_reactions(ref, actor, [emoji], FeedbackSource.BUTTON)
    if result is not FeedbackResult.RECORDED:
        return explain_rejection(result, language)
    key = "dislike" if emoji == THUMBS_DOWN else "agree"
    return localize(f"feedback.{key}", language, emoji=emoji)

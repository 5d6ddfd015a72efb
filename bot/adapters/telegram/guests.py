"""Guest messages: mentions of the bot in chats of which it is no member."""

import re

from telegram import InlineQueryResultArticle, InputTextMessageContent, Message, User

from bot.adapters.telegram import texts
from bot.adapters.telegram.context import AdapterContext
from bot.core.events import IncomingMessage, TextOrigin
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.explanation import explain_unanswered
from bot.i18n import FALLBACK, localize


async def handle_guest_message(context: AdapterContext, message: Message, author: User) -> None:
    """Answer with the emojis that fit, in the chat; nothing is recorded or stored."""
    language = author.language_code or FALLBACK
    text, origin = _asked_text(message, context.bot.bot, context.services.pseudonyms)
    ref = context.member_ref(author.id)
    asked = IncomingMessage(ref, context.member(author.id), text, requested=True, origin=origin)
    if text:
        outcome = await context.services.service.preview(asked)
        failure = explain_unanswered(outcome, language) or localize("emoji.failed", language)
        answer = " ".join(outcome.shown) or failure
    else:
        answer = localize("emoji.guest_usage", language, name=context.bot.bot.name)
    await context.attempt(
        context.bot.answer_guest_query(
            str(message.guest_query_id),
            InlineQueryResultArticle("1", answer[:64], InputTextMessageContent(answer)),
        )
    )


def _asked_text(
    message: Message, me: User, pseudonyms: Pseudonyms
) -> tuple[str, TextOrigin | None]:
    """Return the text beside the mention, or else the one that is replied to, with its origin.

    The text is empty if there is neither; what the bot wrote is not read.
    """
    mention = re.compile(rf"@{re.escape(me.username or '')}(?!\w)", re.IGNORECASE)
    if own := mention.sub(" ", texts.visible_text(message)).strip():
        return own, texts.origin_of(message, pseudonyms)
    replied = texts.answered_text(message, me, pseudonyms)
    return (replied.text.strip(), replied.origin) if replied else ("", None)

"""Answers to messages, and messages to members who asked and get none."""

from telegram import Message

from bot.adapters.telegram import events
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.responder import Responder
from bot.core.events import IncomingMessage, Outcome, SkipReason
from bot.i18n import localize

_SKIP_MESSAGES = {
    SkipReason.OVERLOADED: "emoji.busy",
    SkipReason.FAILED: "emoji.failed",
    SkipReason.NO_PREDICTION: "emoji.nothing",
    SkipReason.NO_ALLOWED_EMOJI: "emoji.nothing",
    SkipReason.OPTED_OUT: "emoji.opted_out",
}


async def answer_message(
    context: AdapterContext, message: Message, asked: IncomingMessage
) -> Outcome:
    """Answer, and tell somebody who asked where there is no answer."""
    outcome = await context.services.service.on_message(asked, Responder(context, message))
    if asked.requested and (key := outcome.skip_reason and _SKIP_MESSAGES.get(outcome.skip_reason)):
        own = message.from_user.language_code if message.from_user else None
        language = await context.language(message.chat, own, events.thread_of(message))
        await CommandContext(context, message, "", language).reply(localize(key, language))
    return outcome


async def show_recorded_outcome(
    context: AdapterContext, message: Message, heard: IncomingMessage
) -> None:
    """Show what was recorded by a process that may have ended before it showed it.

    The same reaction set twice is one reaction; an offer sent twice would be two, and is not.
    """
    answer = await context.services.service.recorded_outcome(heard.ref)
    if answer is None or heard.requested or not answer.outcome.shown or answer.outcome.as_buttons:
        return
    await context.services.service.show_again(answer.outcome, Responder(context, message))

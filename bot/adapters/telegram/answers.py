"""Answers to messages, and explanations to members whose request has no answer."""

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
    context: AdapterContext, message: Message, incoming: IncomingMessage
) -> Outcome:
    """Answer a message; if a request has no answer, say why."""
    outcome = await context.services.service.on_message(incoming, Responder(context, message))
    if incoming.requested and (
        key := outcome.skip_reason and _SKIP_MESSAGES.get(outcome.skip_reason)
    ):
        own = message.from_user.language_code if message.from_user else None
        language = await context.language(message.chat, own, events.thread_of(message))
        await CommandContext(context, message, "", language).reply(localize(key, language))
    return outcome


async def show_recorded_outcome(
    context: AdapterContext, message: Message, incoming: IncomingMessage
) -> None:
    """Show a recorded outcome, whose process may have ended before it was shown.

    A reaction set twice is one reaction; a reply sent twice would be two, and is not repeated.
    """
    recorded = await context.services.service.recorded_outcome(incoming.ref)
    if (
        recorded is None
        or incoming.requested
        or not recorded.outcome.shown
        or recorded.outcome.as_buttons
    ):
        return
    await context.services.service.show_again(recorded.outcome, Responder(context, message))

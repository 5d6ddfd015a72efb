"""Answers to messages, and explanations to members whose request has no answer."""

from telegram import Message

from bot.adapters.telegram import events
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.responder import Responder
from bot.core.events import IncomingMessage, Outcome
from bot.core.messages.explanation import explain_unanswered


async def answer_message(
    context: AdapterContext, message: Message, incoming: IncomingMessage
) -> Outcome:
    """Answer a message; if a request has no answer, say why."""
    outcome = await context.services.service.on_message(incoming, Responder(context, message))
    if incoming.requested and outcome.skip_reason:
        own = message.from_user.language_code if message.from_user else None
        language = await context.language(message.chat, own, events.thread_of(message))
        if text := explain_unanswered(outcome, language):
            await CommandContext(context, message, "", language).reply(text)
    return outcome

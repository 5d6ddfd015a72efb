"""Answers to messages, and explanations to members whose request has no answer."""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Message

from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.responder import Responder
from bot.core.concurrency.delayed_tasks import DelayedTasks
from bot.core.errors import StoreFailed
from bot.core.events import IncomingMessage, Outcome, SkipReason
from bot.core.messages.explanation import explain_unanswered


def check_outcome(
    outcome: Outcome, delayed: DelayedTasks, again: Callable[[], Coroutine[Any, Any, object]]
) -> None:
    """Put ``again`` among the delayed tasks if the message is to wait.

    Its update is done meanwhile, so that the next ones are confirmed; a crash loses the message.

    Raises:
        StoreFailed: the message was not recorded; its update is to be handled again.
    """
    if outcome.skip_reason is SkipReason.STORE_FAILED:
        raise StoreFailed("the message was not recorded")
    if outcome.skip_reason is SkipReason.DELAYED:
        delayed.submit(outcome.ref, outcome.delay_seconds, again)


async def answer_message(
    context: AdapterContext, message: Message, incoming: IncomingMessage
) -> Outcome:
    """Answer a message; if a request has no answer, say why."""
    outcome = await context.services.service.on_message(incoming, Responder(context, message))
    if incoming.requested and outcome.skip_reason:
        language = await context.language_of(message)
        if text := explain_unanswered(outcome, language):
            await CommandContext(context, message, "", language).reply(text)
    return outcome

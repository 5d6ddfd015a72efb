"""Messages and posts: commands, and what the core may answer."""

from dataclasses import replace
from functools import partial

from telegram import Message
from telegram.constants import ChatType

from bot.adapters.telegram import events
from bot.adapters.telegram.admin_notices import AdminNotices
from bot.adapters.telegram.allowed_reactions import images_of
from bot.adapters.telegram.answers import answer_message, check_outcome
from bot.adapters.telegram.commands import menu
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.responder import Responder
from bot.adapters.telegram.work import TaskInput
from bot.core.concurrency.delayed_tasks import DelayedTasks
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.events import IncomingMessage, MessageRef, SkipReason
from bot.core.messages.silence import DropReason, log_silence


class MessageHandler:
    """Answers messages; those of a chat with a delay when they have waited."""

    def __init__(self, context: AdapterContext, notices: AdminNotices, tasks: OrderedTasks) -> None:
        """Put what comes after an update among ``tasks``."""
        self._context = context
        self._notices = notices
        self._tasks = tasks
        self._delayed = DelayedTasks(tasks)

    def on_message(self, message: Message) -> TaskInput | None:
        """Return the work on a message; None if there is none."""
        context, me = self._context, self._context.bot.bot
        ref = context.ref(message.chat, message.message_id)
        if message.migrate_to_chat_id:
            return ref, partial(context.migrate_chat, message.chat_id, message.migrate_to_chat_id)
        if message.migrate_from_chat_id:
            return ref, partial(context.migrate_chat, message.migrate_from_chat_id, message.chat_id)
        if events.sender_id(message) and (parsed := events.parse_command(message, me)):
            return ref, partial(menu.handle, context, message, *parsed)
        incoming = events.to_incoming(message, me, context.services.pseudonyms)
        if isinstance(incoming, DropReason):
            self._log_silence(ref, incoming)
            return None
        if context.is_late(message) and not incoming.requested:
            self._log_silence(ref, DropReason.LATE)
            return None
        return ref, partial(self._answer, incoming, message)

    def cancel_delayed(self) -> None:
        """Drop the messages that wait for the delay of their chat."""
        self._delayed.cancel_all()

    async def _answer(self, incoming: IncomingMessage, message: Message) -> None:
        if self._context.is_late(message) and not (incoming.requested or incoming.waited):
            self._log_silence(incoming.ref, DropReason.LATE)  # it waited for the store
            return
        if message.chat.type != ChatType.PRIVATE:
            allowed = await self._context.allowed_reactions.get(message.chat_id)
            incoming = replace(incoming, candidates=frozenset(allowed), images=images_of(allowed))
        outcome = await answer_message(self._context, message, incoming)
        again = partial(self._answer, replace(incoming, waited=True), message)
        check_outcome(outcome, self._delayed, again)
        if outcome.skip_reason is SkipReason.DUPLICATE:
            # A reaction set twice is one; a reply sent twice would be two, and is not repeated.
            responder = Responder(self._context, message)
            await self._context.services.service.show_again(incoming, responder, replies=False)
        if self._notices.is_unchecked(message.chat):
            # Apart from the update: until that is handled, a crash shows its reaction again.
            checking = self._notices.check_chat(message.chat)
            self._tasks.submit(self._context.ref(message.chat, 0), checking)

    def _log_silence(self, ref: MessageRef, reason: DropReason) -> None:
        log_silence(self._context.services.pseudonyms, ref, reason)

"""Messages in the private chats of business accounts that connected the bot.

A bot cannot react there: it answers with an emoji, as a message in the account's name. The
settings and preferences are those of the owner's own chat with the bot.
"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from telegram import BusinessConnection, BusinessMessagesDeleted, Chat, Message

from bot.adapters.telegram import events
from bot.adapters.telegram.answers import check_outcome
from bot.adapters.telegram.business_connections import BusinessConnections, may_reply
from bot.adapters.telegram.business_responder import BusinessResponder
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.refs import NAME
from bot.adapters.telegram.work import TaskInput
from bot.core.concurrency.delayed_tasks import DelayedTasks
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.errors import StoreFailed
from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
)
from bot.core.messages.feedback import require_stored
from bot.core.messages.relevance import is_relevant
from bot.core.messages.silence import DropReason, log_silence
from model.emoji import parse_choice


class BusinessHandler:
    """Answers what others write to business accounts, and nothing that their owners write."""

    def __init__(self, context: AdapterContext, tasks: OrderedTasks) -> None:
        """Put delayed messages among ``tasks``."""
        self._context = context
        self._connections = BusinessConnections(context)
        self._delayed = DelayedTasks(tasks)

    def on_connection(self, connection: BusinessConnection) -> TaskInput:
        """Keep the rights of a connection; return the notice to its owner."""
        self._connections.remember(connection)
        work = partial(self._connections.explain, connection)
        return self._context.member_ref(connection.user.id), work

    def on_message(self, message: Message) -> TaskInput:
        """Return the work on a message of a business account's chat."""
        number = str(message.business_connection_id)
        return self._order(number, message.chat), partial(self._answer, message, number)

    def on_deletions(self, deleted: BusinessMessagesDeleted) -> TaskInput:
        """Return the work on deleted messages: outcomes go, and a deleted answer is feedback."""
        number = deleted.business_connection_id
        return self._order(number, deleted.chat), partial(self._forget, deleted)

    def cancel_delayed(self) -> None:
        """Drop the messages that wait for the delay of their chat."""
        self._delayed.cancel_all()

    def _order(self, connection_id: str, chat: Chat) -> MessageRef:
        """Return the ref under which the updates of a chat stay in order."""
        return MessageRef(NAME, connection_id, str(chat.id), "")

    def _ref(self, connection: BusinessConnection, chat: Chat, message: int) -> MessageRef:
        """Return the ref of a message; the same person may have a chat with the bot, too."""
        pseudonyms, owner = self._context.services.pseudonyms, connection.user.id
        key = pseudonyms.key(NAME, f"{owner}/{chat.id}")
        return MessageRef(NAME, self._context.member(owner), key, str(message))

    async def _answer(self, message: Message, connection_id: str, *, waited: bool = False) -> None:
        connection = await self._connections.find(connection_id)
        author = message.from_user
        if connection is None or not may_reply(connection):
            return
        if author is None or author.id == connection.user.id:
            return
        ref = self._ref(connection, message.chat, message.message_id)
        incoming = self._incoming(ref, message)
        if isinstance(incoming, DropReason):
            log_silence(self._context.services.pseudonyms, ref, incoming)
            return
        owner = self._context.member(connection.user.id)
        if await self._context.services.store.members.is_opted_out(NAME, owner):
            return
        responder = BusinessResponder(self._context, message, connection_id)
        service = self._context.services.service
        outcome = await service.on_message(replace(incoming, waited=waited), responder)
        again = partial(self._answer, message, connection_id, waited=True)
        check_outcome(outcome, self._delayed, again)

    def _incoming(self, ref: MessageRef, message: Message) -> IncomingMessage | DropReason:
        """Return a message that asks the bot for nothing, and whose text is never stored."""
        me, pseudonyms = self._context.bot.bot, self._context.services.pseudonyms
        incoming = events.to_incoming(message, me, pseudonyms)
        if isinstance(incoming, DropReason):
            return incoming
        if not is_relevant(incoming.text):
            return DropReason.IRRELEVANT
        if self._context.is_late(message):
            return DropReason.LATE
        return replace(
            incoming,
            ref=ref,
            addressed=False,
            requested=False,
            may_store_text=False,
            on_behalf=True,
        )

    async def _forget(self, deleted: BusinessMessagesDeleted) -> None:
        connection = await self._connections.find(deleted.business_connection_id)
        if connection is None:
            return
        for number in deleted.message_ids:
            ref = self._ref(connection, deleted.chat, number)
            await self._on_deletion(ref, self._context.member(connection.user.id))

    async def _on_deletion(self, ref: MessageRef, owner: MemberKey) -> None:
        services = self._context.services
        self._delayed.cancel(ref)
        answer = await services.store.related_events.find(ref, ref.message)
        if answer is None:
            if not await services.service.on_deletion(ref):
                raise StoreFailed("the deletion was not stored")
            return
        removal = Feedback(
            answer.ref,
            owner,
            FeedbackKind.REMOVE,
            parse_choice(answer.emoji),
            FeedbackSource.REACTION,
            datetime.now(UTC),
        )
        require_stored(await services.service.on_feedback(removal))

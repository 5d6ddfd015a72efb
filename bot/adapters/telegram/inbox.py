"""The updates, each handled once and passed to the core in order for each message."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from telegram import Message, MessageReactionCountUpdated, MessageReactionUpdated, Update
from telegram.constants import ChatType

from bot.adapters.telegram import callbacks, events, inline
from bot.adapters.telegram.admin_notices import AdminNotices
from bot.adapters.telegram.answers import answer_message, show_recorded_outcome
from bot.adapters.telegram.commands import menu
from bot.adapters.telegram.context import AdapterContext
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.errors import StoreFailed
from bot.core.events import FeedbackSource, IncomingMessage, MessageRef, SkipReason
from bot.log import describe

logger = logging.getLogger(__name__)

UPDATE_KINDS = (
    Update.MESSAGE,
    Update.CHANNEL_POST,
    Update.MESSAGE_REACTION,
    Update.MESSAGE_REACTION_COUNT,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
)
"""Telegram sends reactions only if they are named here; edits are not handled."""
MAX_AGE = timedelta(seconds=120)
"""Older messages are answered only on request."""

Work = tuple[MessageRef, Callable[[], Awaitable[object]]]
"""The message of an update, and the work to begin when its turn comes."""


class Inbox:
    """Tasks for the accepted updates, by their ids."""

    def __init__(self, context: AdapterContext) -> None:
        self._context = context
        self._notices = AdminNotices(context)
        self._tasks = OrderedTasks()
        self._closed = False
        self.under_way: dict[int, asyncio.Task[None]] = {}
        self._receiver = f"{events.NAME}:{context.bot.bot.id}"

    async def accept(self, updates: Sequence[Update], lease: timedelta) -> None:
        """Begin the updates without a worker, or whose worker is silent for ``lease``."""
        if self._closed:
            return
        numbers = [u.update_id for u in updates if u.update_id not in self.under_way]
        now = datetime.now(UTC)
        try:
            mine = await self._context.services.store.update_claims.claim(
                self._receiver, numbers, now, now - lease
            )
        except StoreFailed as error:
            # The rows of outcomes and feedback still prevent duplicates.
            logger.error("the store failed: %s", describe(error))
            mine = set(numbers)
        for update in updates:
            if update.update_id in mine and update.update_id not in self.under_way:
                self._begin(update)

    async def is_handled(self, number: int) -> bool:
        """Return True if an update was finished, here or in another process."""
        return await self._context.services.store.update_claims.is_handled(self._receiver, number)

    async def drain(self, seconds: float) -> set[int]:
        """Accept no more and finish what was accepted; return the ids of cancelled updates."""
        self._closed = True
        before = dict(self.under_way)
        await self._tasks.drain(seconds)
        return {number for number, task in before.items() if task.cancelled()}

    def _begin(self, update: Update) -> None:
        try:
            work = self._work(update)
        except Exception as error:
            # The type only: the error's text may quote a message.
            logger.error("a Telegram update was not handled: %s", describe(error))
            work = None
        if work is None:
            work = self._own_ref(update), _ignore
        number = update.update_id
        task = self._tasks.submit(work[0], self._finish(number, work[1]))
        if task is not None:
            self.under_way[number] = task
            task.add_done_callback(lambda _: self.under_way.pop(number))

    async def _finish(self, number: int, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except Exception as error:
            logger.error("a Telegram update was not handled: %s", describe(error))
        await self._context.services.store.update_claims.mark_handled(
            self._receiver, number, datetime.now(UTC)
        )

    def _work(self, update: Update) -> Work | None:
        context = self._context
        if message := update.message or update.channel_post:
            return self._on_message(message)
        if update.message_reaction:
            return self._on_reaction(update.message_reaction)
        if update.message_reaction_count:
            return self._on_reaction_count(update.message_reaction_count)
        if query := update.callback_query:
            # Presses of one member stay in order.
            return self._member_ref(query.from_user.id), partial(
                callbacks.handle_callback, context, query
            )
        if inline_query := update.inline_query:
            return self._member_ref(inline_query.from_user.id), partial(
                inline.handle_inline_query, context, inline_query
            )
        if member_update := update.my_chat_member:
            language = member_update.from_user.language_code
            arguments = member_update.chat, member_update.new_chat_member, language
            work = partial(self._notices.report_status, *arguments)
            return context.ref(member_update.chat, 0), work
        return None

    def _member_ref(self, user: int) -> MessageRef:
        member = self._context.member(user)
        return MessageRef(events.NAME, member, member, "")

    def _own_ref(self, update: Update) -> MessageRef:
        return MessageRef(events.NAME, "", "", str(update.update_id))

    def _on_message(self, message: Message) -> Work | None:
        context, me = self._context, self._context.bot.bot
        ref = context.ref(message.chat, message.message_id)
        if message.migrate_to_chat_id:
            return ref, partial(context.migrate_chat, message.chat_id, message.migrate_to_chat_id)
        if message.migrate_from_chat_id:
            return ref, partial(context.migrate_chat, message.migrate_from_chat_id, message.chat_id)
        if events.sender_id(message) and (parsed := events.parse_command(message, me)):
            return ref, partial(menu.handle, context, message, *parsed)
        incoming = events.to_incoming(message, me, context.services.pseudonyms)
        late = datetime.now(UTC) - message.date > MAX_AGE
        if incoming is None or (late and not incoming.requested):
            return None
        return ref, partial(self._answer, incoming, message)

    async def _answer(self, incoming: IncomingMessage, message: Message) -> None:
        if message.chat.type != ChatType.PRIVATE:
            allowed = await self._context.allowed_reactions.get(message.chat_id)
            incoming = replace(incoming, candidates=allowed)
        outcome = await answer_message(self._context, message, incoming)
        if outcome.skip_reason is SkipReason.DUPLICATE:
            await show_recorded_outcome(self._context, message, incoming)
        await self._notices.check_chat(message.chat)

    def _on_reaction(self, update: MessageReactionUpdated) -> Work | None:
        member = events.actor_id(update)
        if member is None:
            return None
        ref = self._context.ref(update.chat, update.message_id)
        actor = self._context.services.pseudonyms.key(events.NAME, member)

        async def changed() -> None:
            for emoji, withdrawn in events.reaction_changes(update):
                await self._context.reactions.on_reaction(ref, actor, emoji, withdrawn=withdrawn)

        return ref, changed

    def _on_reaction_count(self, update: MessageReactionCountUpdated) -> Work:
        """Count the reactions in a channel, whose actors are unknown, as the channel's."""
        ref = self._context.ref(update.chat, update.message_id)
        audience = self._context.services.pseudonyms.key(events.NAME, str(update.chat.id))

        async def counted() -> None:
            shown = await self._context.services.service.shown_emojis(ref)
            counts = {
                emoji: reaction.total_count
                for reaction in update.reactions
                for emoji in events.emojis_of([reaction.type])
            }
            # The bot's own reaction is one of those counted.
            others = [emoji for emoji, count in counts.items() if count > (emoji in shown)]
            await self._context.reactions.on_all_reactions(
                ref, audience, others, FeedbackSource.REACTION
            )

        return ref, counted


async def _ignore() -> None:
    """Finish an update that is not for the bot."""

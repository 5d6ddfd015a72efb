"""Telegram's updates, each handled once, handed to the core in order for each message."""

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

KINDS = (
    Update.MESSAGE,
    Update.CHANNEL_POST,
    Update.MESSAGE_REACTION,
    Update.MESSAGE_REACTION_COUNT,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
)
"""What is asked for; reactions are sent to bots that name them only, and edits are no news."""
LATE = timedelta(seconds=120)
"""A message that waited longer, while nobody was there, is answered only where it was asked."""

Work = tuple[MessageRef, Callable[[], Awaitable[object]]]
"""What an update is about, and what begins when its turn comes: it may be given up before."""


class Inbox:
    """What was accepted and is not finished, by the updates' numbers."""

    def __init__(self, parts: AdapterContext) -> None:
        """Accept from now on."""
        self._parts = parts
        self._notices = AdminNotices(parts)
        self._intake = OrderedTasks()
        self._closed = False
        self.under_way: dict[int, asyncio.Task[None]] = {}
        self._receiver = f"{events.NAME}:{parts.bot.bot.id}"

    async def accept(self, updates: Sequence[Update], lease: timedelta) -> None:
        """Begin with those that nobody works on, or whose worker is silent for ``lease``."""
        if self._closed:
            return
        numbers = [u.update_id for u in updates if u.update_id not in self.under_way]
        now = datetime.now(UTC)
        try:
            mine = await self._parts.core.store.update_claims.claim(
                self._receiver, numbers, now, now - lease
            )
        except StoreFailed as error:
            # The rows of messages and words still make twice once.
            logger.error("the store failed: %s", describe(error))
            mine = set(numbers)
        for update in updates:
            if update.update_id in mine and update.update_id not in self.under_way:
                self._begin(update)

    async def is_handled(self, number: int) -> bool:
        """Whether an update was finished, here or in another process."""
        return await self._parts.core.store.update_claims.is_handled(self._receiver, number)

    async def drain(self, seconds: float) -> set[int]:
        """Accept nothing more and finish what was accepted; the numbers that were given up."""
        self._closed = True
        before = dict(self.under_way)
        await self._intake.drain(seconds)
        return {number for number, task in before.items() if task.cancelled()}

    def _begin(self, update: Update) -> None:
        try:
            work = self._work(update)
        except Exception as error:
            # The type only: the error's text may quote a message.
            logger.error("a Telegram update was not handled: %s", describe(error))
            work = None
        if work is None:
            work = self._nowhere(update), _nothing
        number = update.update_id
        task = self._intake.submit(work[0], self._finish(number, work[1]))
        if task is not None:
            self.under_way[number] = task
            task.add_done_callback(lambda _: self.under_way.pop(number))

    async def _finish(self, number: int, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except Exception as error:
            logger.error("a Telegram update was not handled: %s", describe(error))
        await self._parts.core.store.update_claims.mark_handled(
            self._receiver, number, datetime.now(UTC)
        )

    def _work(self, update: Update) -> Work | None:
        parts = self._parts
        if message := update.message or update.channel_post:
            return self._heard(message)
        if update.message_reaction:
            return self._reacted(update.message_reaction)
        if update.message_reaction_count:
            return self._counted(update.message_reaction_count)
        if query := update.callback_query:
            # Presses of one member keep their order.
            return self._of(query.from_user.id), partial(callbacks.pressed, parts, query)
        if typed := update.inline_query:
            return self._of(typed.from_user.id), partial(inline.offer, parts, typed)
        if standing := update.my_chat_member:
            language = standing.from_user.language_code
            news = standing.chat, standing.new_chat_member, language
            work = partial(self._notices.stands, *news)
            return parts.ref(standing.chat, 0), work
        return None

    def _of(self, user: int) -> MessageRef:
        place = self._parts.member(user)
        return MessageRef(events.NAME, place, place, "")

    def _nowhere(self, update: Update) -> MessageRef:
        return MessageRef(events.NAME, "", "", str(update.update_id))

    def _heard(self, message: Message) -> Work | None:
        parts, me = self._parts, self._parts.bot.bot
        ref = parts.ref(message.chat, message.message_id)
        if message.migrate_to_chat_id:
            return ref, partial(parts.moved, message.chat_id, message.migrate_to_chat_id)
        if message.migrate_from_chat_id:
            return ref, partial(parts.moved, message.migrate_from_chat_id, message.chat_id)
        if events.speaker(message) and (given := events.command(message, me)):
            return ref, partial(menu.handle, parts, message, *given)
        heard = events.incoming(message, me, parts.core.pseudonyms)
        late = datetime.now(UTC) - message.date > LATE
        if heard is None or (late and not heard.requested):
            return None
        return ref, partial(self._answer, heard, message)

    async def _answer(self, heard: IncomingMessage, message: Message) -> None:
        if message.chat.type != ChatType.PRIVATE:
            allowed = await self._parts.allowed.of(message.chat_id)
            heard = replace(heard, candidates=allowed)
        outcome = await answer_message(self._parts, message, heard)
        if outcome.skip_reason is SkipReason.DUPLICATE:
            await show_recorded_outcome(self._parts, message, heard)
        await self._notices.look(message.chat)

    def _reacted(self, update: MessageReactionUpdated) -> Work | None:
        member = events.actor(update)
        if member is None:
            return None
        ref = self._parts.ref(update.chat, update.message_id)
        actor = self._parts.core.pseudonyms.key(events.NAME, member)

        async def changed() -> None:
            for reacted, withdrawn in events.changes(update):
                await self._parts.reactions.on_reaction(ref, actor, reacted, withdrawn=withdrawn)

        return ref, changed

    def _counted(self, update: MessageReactionCountUpdated) -> Work:
        """Who reacted in a channel is not told: all who did count as one voice, the channel's."""
        ref = self._parts.ref(update.chat, update.message_id)
        audience = self._parts.core.pseudonyms.key(events.NAME, str(update.chat.id))

        async def counted() -> None:
            shown = await self._parts.core.service.shown_emojis(ref)
            counts = {
                emoji: each.total_count
                for each in update.reactions
                for emoji in events.emojis([each.type])
            }
            # The bot's own reaction is one of those counted.
            others = [emoji for emoji, count in counts.items() if count > (emoji in shown)]
            await self._parts.reactions.on_all_reactions(
                ref, audience, others, FeedbackSource.REACTION
            )

        return ref, counted


async def _nothing() -> None:
    """What is not for the bot is finished at once."""

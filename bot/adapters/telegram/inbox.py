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

UPDATE_KINDS = (
    Update.MESSAGE,
    Update.CHANNEL_POST,
    Update.MESSAGE_REACTION,
    Update.MESSAGE_REACTION_COUNT,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
)
"""What is asked for; reactions are sent to bots that name them only, and edits are no news."""
MAX_AGE = timedelta(seconds=120)
"""A message that waited longer, while nobody was there, is answered only where it was asked."""

Work = tuple[MessageRef, Callable[[], Awaitable[object]]]
"""What an update is about, and what begins when its turn comes: it may be given up before."""


class Inbox:
    """What was accepted and is not finished, by the updates' numbers."""

    def __init__(self, context: AdapterContext) -> None:
        """Accept from now on."""
        self._context = context
        self._notices = AdminNotices(context)
        self._intake = OrderedTasks()
        self._closed = False
        self.under_way: dict[int, asyncio.Task[None]] = {}
        self._receiver = f"{events.NAME}:{context.bot.bot.id}"

    async def accept(self, updates: Sequence[Update], lease: timedelta) -> None:
        """Begin with those that nobody works on, or whose worker is silent for ``lease``."""
        if self._closed:
            return
        numbers = [u.update_id for u in updates if u.update_id not in self.under_way]
        now = datetime.now(UTC)
        try:
            mine = await self._context.services.store.update_claims.claim(
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
        return await self._context.services.store.update_claims.is_handled(self._receiver, number)

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
        await self._context.services.store.update_claims.mark_handled(
            self._receiver, number, datetime.now(UTC)
        )

    def _work(self, update: Update) -> Work | None:
        context = self._context
        if message := update.message or update.channel_post:
            return self._heard(message)
        if update.message_reaction:
            return self._reacted(update.message_reaction)
        if update.message_reaction_count:
            return self._counted(update.message_reaction_count)
        if query := update.callback_query:
            # Presses of one member keep their order.
            return self._of(query.from_user.id), partial(callbacks.handle_callback, context, query)
        if typed := update.inline_query:
            return self._of(typed.from_user.id), partial(inline.handle_inline_query, context, typed)
        if standing := update.my_chat_member:
            language = standing.from_user.language_code
            news = standing.chat, standing.new_chat_member, language
            work = partial(self._notices.report_status, *news)
            return context.ref(standing.chat, 0), work
        return None

    def _of(self, user: int) -> MessageRef:
        place = self._context.member(user)
        return MessageRef(events.NAME, place, place, "")

    def _nowhere(self, update: Update) -> MessageRef:
        return MessageRef(events.NAME, "", "", str(update.update_id))

    def _heard(self, message: Message) -> Work | None:
        context, me = self._context, self._context.bot.bot
        ref = context.ref(message.chat, message.message_id)
        if message.migrate_to_chat_id:
            return ref, partial(context.migrate_chat, message.chat_id, message.migrate_to_chat_id)
        if message.migrate_from_chat_id:
            return ref, partial(context.migrate_chat, message.migrate_from_chat_id, message.chat_id)
        if events.sender_id(message) and (given := events.parse_command(message, me)):
            return ref, partial(menu.handle, context, message, *given)
        heard = events.to_incoming(message, me, context.services.pseudonyms)
        late = datetime.now(UTC) - message.date > MAX_AGE
        if heard is None or (late and not heard.requested):
            return None
        return ref, partial(self._answer, heard, message)

    async def _answer(self, heard: IncomingMessage, message: Message) -> None:
        if message.chat.type != ChatType.PRIVATE:
            allowed = await self._context.allowed_reactions.get(message.chat_id)
            heard = replace(heard, candidates=allowed)
        outcome = await answer_message(self._context, message, heard)
        if outcome.skip_reason is SkipReason.DUPLICATE:
            await show_recorded_outcome(self._context, message, heard)
        await self._notices.check_chat(message.chat)

    def _reacted(self, update: MessageReactionUpdated) -> Work | None:
        member = events.actor_id(update)
        if member is None:
            return None
        ref = self._context.ref(update.chat, update.message_id)
        actor = self._context.services.pseudonyms.key(events.NAME, member)

        async def changed() -> None:
            for reacted, withdrawn in events.reaction_changes(update):
                await self._context.reactions.on_reaction(ref, actor, reacted, withdrawn=withdrawn)

        return ref, changed

    def _counted(self, update: MessageReactionCountUpdated) -> Work:
        """Who reacted in a channel is not told: all who did count as one voice, the channel's."""
        ref = self._context.ref(update.chat, update.message_id)
        audience = self._context.services.pseudonyms.key(events.NAME, str(update.chat.id))

        async def counted() -> None:
            shown = await self._context.services.service.shown_emojis(ref)
            counts = {
                emoji: each.total_count
                for each in update.reactions
                for emoji in events.emojis_of([each.type])
            }
            # The bot's own reaction is one of those counted.
            others = [emoji for emoji, count in counts.items() if count > (emoji in shown)]
            await self._context.reactions.on_all_reactions(
                ref, audience, others, FeedbackSource.REACTION
            )

        return ref, counted


async def _nothing() -> None:
    """What is not for the bot is finished at once."""

"""The updates, each handled once and passed to the core in order for each message."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from telegram import Message, MessageReactionCountUpdated, MessageReactionUpdated, Update
from telegram.constants import ChatType

from bot.adapters.telegram import callbacks, events, inline
from bot.adapters.telegram.admin_notices import AdminNotices
from bot.adapters.telegram.answers import answer_message
from bot.adapters.telegram.commands import menu
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.polling import Batch
from bot.adapters.telegram.responder import Responder
from bot.adapters.telegram.update_claims import UpdateClaims
from bot.adapters.telegram.updates import ReceivedUpdate
from bot.core.concurrency.delayed_tasks import DelayedTasks
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.errors import StoreFailed
from bot.core.events import (
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MessageRef,
    SkipReason,
)
from bot.core.messages.feedback import require_stored
from bot.core.messages.silence import DropReason, log_dropped_feedback, log_silence
from bot.log import describe
from model.emoji import ChosenEmoji

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

Work = Callable[[], Awaitable[object]]
"""Work on an update. Raises ``StoreFailed`` if it can be done again."""
TaskInput = tuple[MessageRef, Work]
"""The message of an update, and the work to begin when its turn comes."""


class Inbox:
    """Tasks for the accepted updates, by their ids."""

    def __init__(self, context: AdapterContext) -> None:
        self._context = context
        self._claims = UpdateClaims(context)
        self._notices = AdminNotices(context)
        self._tasks = OrderedTasks()
        self._delayed = DelayedTasks(self._tasks)
        self._closed = False
        self.under_way: dict[int, asyncio.Task[None]] = {}

    async def accept(self, batch: Batch) -> bool:
        """Claim and begin polled updates; return False if none was to be begun.

        Waits while the store is away: what is not claimed must not be confirmed.
        """
        if self._closed:
            return False
        if batch.renumbered:
            await self._claims.forget()
        new = [update for update in batch.updates if update.number not in self.under_way]
        claimed = await self._claims.claim_all([update.number for update in new])
        for update in new:
            if update.number in claimed and update.number not in self.under_way:
                self._begin(update, self._finish)
        return bool(claimed)

    def deliver(self, update: ReceivedUpdate, lease: timedelta) -> "asyncio.Task[None] | None":
        """Begin an update from the webhook, unless another process claimed it within ``lease``.

        The claim is part of the task, so that updates of one message begin in the order of their
        arrival. Return the task; None after ``drain``.
        """
        if self._closed:
            return None
        if update.number not in self.under_way:

            async def claim_and_finish(number: int, work: Work) -> None:
                if await self._claims.claim([number], lease):
                    await self._finish(number, work)

            self._begin(update, claim_and_finish)
        return self.under_way.get(update.number)

    async def is_handled(self, number: int) -> bool:
        """Return True if an update was finished, here or in another process."""
        return await self._claims.is_handled(number)

    async def drain(self, seconds: float) -> set[int]:
        """Accept no more and finish what was accepted; return the ids of cancelled updates."""
        self._closed = True
        self._delayed.cancel_all()
        before = dict(self.under_way)
        await self._tasks.drain(seconds)
        return {number for number, task in before.items() if task.cancelled()}

    def _begin(
        self, update: ReceivedUpdate, run: Callable[[int, Work], Coroutine[Any, Any, None]]
    ) -> None:
        number = update.number
        task_input: TaskInput | None = None
        try:
            task_input = None if update.content is None else self._work(update.content)
        except Exception as error:
            # The type only: the error's text may quote a message.
            logger.error("a Telegram update was not handled: %s", describe(error))
        if task_input is None:
            task_input = MessageRef(events.NAME, "", "", str(number)), _ignore
        task = self._tasks.submit(task_input[0], run(number, task_input[1]))
        if task is not None:
            self.under_way[number] = task
            task.add_done_callback(lambda _: self.under_way.pop(number))

    async def _finish(self, number: int, work: Work) -> None:
        try:
            await self._claims.run(number, work)
        except Exception as error:
            logger.error("a Telegram update was not handled: %s", describe(error))
        await self._claims.mark_handled(number)

    def _work(self, update: Update) -> TaskInput | None:
        context = self._context
        if message := update.message or update.channel_post:
            return self._on_message(message)
        if update.message_reaction:
            return self._on_reaction(update.message_reaction, update.update_id)
        if update.message_reaction_count:
            return self._on_reaction_count(update.message_reaction_count, update.update_id)
        if query := update.callback_query:
            # Presses of one member stay in order.
            return self._member_ref(query.from_user.id), partial(
                callbacks.handle_callback, context, query, update.update_id
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

    def _on_message(self, message: Message) -> TaskInput | None:
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
        if self._is_late(message) and not incoming.requested:
            self._log_silence(ref, DropReason.LATE)
            return None
        return ref, partial(self._answer, incoming, message)

    def _is_late(self, message: Message) -> bool:
        return self._context.clock.now() - message.date > MAX_AGE

    async def _answer(self, incoming: IncomingMessage, message: Message) -> None:
        if self._is_late(message) and not (incoming.requested or incoming.waited):
            self._log_silence(incoming.ref, DropReason.LATE)  # it waited for the store
            return
        if message.chat.type != ChatType.PRIVATE:
            allowed = await self._context.allowed_reactions.get(message.chat_id)
            incoming = replace(incoming, candidates=allowed)
        outcome = await answer_message(self._context, message, incoming)
        if outcome.skip_reason is SkipReason.STORE_FAILED:
            raise StoreFailed("the message was not recorded")
        if outcome.skip_reason is SkipReason.DELAYED:
            # Its update is done, so that the next ones are confirmed; a crash meanwhile loses it.
            answer = partial(self._answer, replace(incoming, waited=True), message)
            self._delayed.submit(incoming.ref, outcome.delay_seconds, answer)
        if outcome.skip_reason is SkipReason.DUPLICATE:
            # A reaction set twice is one; a reply sent twice would be two, and is not repeated.
            responder = Responder(self._context, message)
            await self._context.services.service.show_again(incoming, responder, replies=False)
        if self._notices.is_unchecked(message.chat):
            # Apart from the update: until that is handled, a crash shows its reaction again.
            checking = self._notices.check_chat(message.chat)
            self._tasks.submit(self._context.ref(message.chat, 0), checking)

    def _on_reaction(self, update: MessageReactionUpdated, number: int) -> TaskInput | None:
        """Make the emojis that the member's reaction has now all of their feedback by reaction."""
        member = events.actor_id(update)
        if member is None:
            return None
        ref = self._context.ref(update.chat, update.message_id)
        actor = self._context.services.pseudonyms.key(events.NAME, member)

        async def changed() -> None:
            reactions, custom = self._context.reactions, self._context.custom_emojis
            chosen = await custom.read(update.new_reaction)
            result = await reactions.on_all_reactions(
                ref, actor, chosen, FeedbackSource.REACTION, number
            )
            if result is FeedbackResult.NOTHING_SHOWN:
                old = await custom.read(update.old_reaction)
                added = [emoji for emoji in chosen if emoji not in old]
                result = await reactions.on_unprompted(ref, actor, added)
            self._check(ref, result)

        return ref, changed

    def _on_reaction_count(self, update: MessageReactionCountUpdated, number: int) -> TaskInput:
        """Count the reactions in a channel, whose actors are unknown, as the channel's."""
        ref = self._context.ref(update.chat, update.message_id)
        audience = self._context.services.pseudonyms.key(events.NAME, str(update.chat.id))

        async def counted() -> None:
            recorded = await self._context.services.service.find_outcome(ref)
            shown = recorded.outcome.shown if recorded else ()
            counts = Counter[ChosenEmoji]()
            for reaction in update.reactions:
                for emoji in await self._context.custom_emojis.read([reaction.type]):
                    counts[emoji] += reaction.total_count
            # The bot's own reaction is one of those counted.
            others = [emoji for emoji, count in counts.items() if count > (emoji in shown)]
            result = await self._context.reactions.on_all_reactions(
                ref, audience, others, FeedbackSource.REACTION, number
            )
            self._check(ref, result)

        return ref, counted

    def _check(self, ref: MessageRef, result: FeedbackResult) -> None:
        log_dropped_feedback(self._context.services.pseudonyms, ref, result)
        require_stored(result)

    def _log_silence(self, ref: MessageRef, reason: DropReason) -> None:
        log_silence(self._context.services.pseudonyms, ref, reason)


async def _ignore() -> None:
    """Finish an update that is not for the bot."""

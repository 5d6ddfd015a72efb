"""The events of a client, passed to the core in order."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import discord
from cachetools import TTLCache

from bot.adapters.discord import events
from bot.adapters.discord.context import AdapterContext
from bot.adapters.discord.emojis import known_emojis
from bot.adapters.discord.suspension import Suspensions
from bot.core.concurrency.delayed_tasks import DelayedTasks
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.concurrency.store_retry import StoreRetry
from bot.core.errors import StoreFailed
from bot.core.events import (
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    SkipReason,
)
from bot.core.messages.feedback import require_stored
from bot.core.messages.silence import DropReason, log_dropped_feedback, log_silence
from bot.core.ports import ChatPlatform
from bot.database.related_events import RelatedEvent
from model.emoji import ChosenEmoji, parse_choice

BLOCKED_SECONDS = 3600.0
"""Time for which members who blocked the bot are skipped: each reaction is an invalid request."""

MAX_AGE_SECONDS = 120.0
"""Messages that waited longer for the store are not answered."""

_Emoji = TypeVar("_Emoji", bound=str)


class Inbox:
    """Tasks for the accepted events of one client."""

    def __init__(
        self, context: AdapterContext, platform: ChatPlatform, suspensions: Suspensions
    ) -> None:
        """Answer through ``platform``, except in channels of ``suspensions``."""
        self._context = context
        self._service = context.service
        self._platform = platform
        self._suspensions = suspensions
        self._blocked: TTLCache[MemberKey, None] = TTLCache(10_000, BLOCKED_SECONDS)
        self._tasks = OrderedTasks()
        self._delayed = DelayedTasks(self._tasks)
        self._retry = StoreRetry(context.store.members.exist)
        self.replaying = False
        """True while events of a former session come in, whose messages may be old."""

    def message(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Accept a message, the bot's own replies included."""
        answered = events.answered_ref(message, me)
        if answered is not None:
            # Before members can react to it: the response to the call that sent it may come later.
            reply = events.ref_of(message)
            related = RelatedEvent(answered, reply.message)
            self._submit(reply, partial(self._context.store.related_events.add, related))
            return
        incoming = self._incoming(message, me)
        if isinstance(incoming, DropReason):
            log_silence(self._context.pseudonyms, events.ref_of(message), incoming)
        else:
            received_at = time.monotonic() - (_age_seconds(message) if self.replaying else 0.0)
            self._submit(incoming.ref, partial(self._answer, incoming, received_at))

    def _incoming(
        self, message: discord.Message, me: discord.ClientUser
    ) -> IncomingMessage | DropReason:
        storable = self._context.settings.training_permitted
        incoming = events.to_incoming(
            message,
            me,
            self._context.pseudonyms,
            self._context.emojis(message.guild),
            may_store_text=storable,
        )
        if isinstance(incoming, DropReason):
            return incoming
        if incoming.author in self._blocked:
            return DropReason.BLOCKED
        return DropReason.SUSPENDED if self._suspensions.is_suspended(incoming) else incoming

    def reaction(
        self,
        event: discord.RawReactionActionEvent,
        me: discord.ClientUser,
        guild: discord.Guild | None,
    ) -> None:
        """Accept an added or removed reaction; the bot's own is only ever removed by others."""
        added = event.event_type == "REACTION_ADD"
        emojis = self._context.emojis(guild)
        meant = emojis.from_wire(event.emoji)
        if not meant or (added and event.user_id == me.id):
            return
        if event.member is not None and event.member.bot:
            return
        ref = events.event_ref(event)
        # Discord does not tell who removed the bot's reaction: the bot's key is the actor.
        actor = self._context.member(event.user_id)
        if event.user_id == me.id:
            self._submit(ref, partial(self._remove, ref, actor, meant))
            return
        # Members with Nitro react with emojis of other servers, whose names are anybody's text.
        # What is withdrawn was accepted once, or is stored nowhere.
        known = emojis.choosable if added else meant
        chosen = [choice for each in meant if (choice := parse_choice(each, known))]
        if chosen:
            source = FeedbackSource.BURST if event.burst else FeedbackSource.REACTION
            react = partial(self._react, ref, actor, chosen, source, withdrawn=not added)
            self._submit(ref, react)

    def cleared(
        self, ref: MessageRef, emoji: discord.PartialEmoji | None, me: discord.ClientUser
    ) -> None:
        """Accept the removal of all reactions, or of all with one emoji."""
        meant = self._context.emojis(None).from_wire(emoji) if emoji else None
        if meant != ():
            self._submit(ref, partial(self._remove, ref, self._context.member(me.id), meant))

    def deleted(self, ref: MessageRef, me: discord.ClientUser) -> None:
        """Accept a deletion; that of a reply of the bot is a removal."""
        self._submit(ref, partial(self._delete, ref, self._context.member(me.id)))

    async def settle(self) -> None:
        """Wait for the events that were accepted so far."""
        await self._tasks.settle()

    async def drain(self, seconds: float) -> None:
        """Accept no more events, and finish those accepted; drop those that wait."""
        self._delayed.cancel_all()
        await self._tasks.drain(seconds)

    def _submit(self, ref: MessageRef, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work in order, again while the store is away: Discord sends no event twice."""
        self._tasks.submit(ref, self._retry.run(work))

    async def _react(
        self,
        ref: MessageRef,
        actor: MemberKey,
        chosen: Sequence[ChosenEmoji],
        source: FeedbackSource,
        *,
        withdrawn: bool,
    ) -> None:
        reply = await self._reply(ref)
        ref = reply.ref if reply else ref
        reaction = await self._context.reactions.on_reaction(
            ref, actor, await self._meant(ref, chosen), withdrawn=withdrawn, source=source
        )
        self._check(ref, reaction.result)

    async def _remove(
        self, ref: MessageRef, actor: MemberKey, removed: Sequence[str] | None
    ) -> None:
        """Record the removal of the bot's reaction with any of these; None for all reactions.

        It has none on its replies.
        """
        if await self._reply(ref):
            return
        emoji = None if removed is None else await self._meant(ref, removed)
        await self._record_removal(ref, actor, emoji)

    async def _record_removal(self, ref: MessageRef, actor: MemberKey, emoji: str | None) -> None:
        self._check(ref, await self._context.reactions.on_bot_reaction_removed(ref, actor, emoji))

    async def _reply(self, ref: MessageRef) -> RelatedEvent | None:
        """Return what is stored of a reply of the bot; None for another message."""
        return await self._context.store.related_events.find(ref, ref.message)

    async def _meant(self, ref: MessageRef, emojis: Sequence[_Emoji]) -> _Emoji:
        """Return the one that was shown of the emojis for which an image stands, or the first."""
        if len(emojis) == 1:
            return emojis[0]
        recorded = await self._service.find_outcome(ref)
        shown = recorded.outcome.shown if recorded else ()
        return next((emoji for emoji in emojis if emoji in shown), emojis[0])

    def _check(self, ref: MessageRef, result: FeedbackResult) -> None:
        log_dropped_feedback(self._context.pseudonyms, ref, result)
        require_stored(result)

    async def _delete(self, ref: MessageRef, actor: MemberKey) -> None:
        """Delete what is stored of a message; the deletion of a reply removes all its emojis."""
        self._delayed.cancel(ref)  # in order: before, the message may not wait yet
        if reply := await self._reply(ref):
            await self._record_removal(reply.ref, actor, None)
            await self._context.store.related_events.remove(reply)
            return
        if not await self._service.on_deletion(ref):
            raise StoreFailed("the deletion was not recorded")

    async def _answer(self, message: IncomingMessage, received_at: float) -> None:
        if time.monotonic() - received_at > MAX_AGE_SECONDS:
            log_silence(self._context.pseudonyms, message.ref, DropReason.LATE)
            return
        unknown = frozenset(self._context.unknown_emojis)
        message = replace(message, candidates=known_emojis(unknown))
        outcome = await self._service.on_message(message, self._platform)
        if outcome.skip_reason is SkipReason.DELAYED:
            waited = replace(message, waited=True)
            self._delayed.submit(message.ref, outcome.delay_seconds, partial(self._resume, waited))
        if outcome.skip_reason is SkipReason.DUPLICATE:
            # Discord shows the same reaction once, and sends a reply with the same nonce once.
            await self._service.show_again(message, self._platform)
        if outcome.shown:
            self._context.last_answered[message.ref.chat] = message.ref.message
        if outcome.refusal == "blocked":
            self._blocked[message.author] = None
        self._suspensions.on_outcome(message, outcome)
        if outcome.skip_reason is SkipReason.STORE_FAILED:
            raise StoreFailed("the message was not recorded")

    async def _resume(self, message: IncomingMessage) -> None:
        await self._retry.run(partial(self._answer, message, time.monotonic()))


def _age_seconds(message: discord.Message) -> float:
    return (discord.utils.utcnow() - message.created_at).total_seconds()

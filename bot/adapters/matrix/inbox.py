"""Tasks for the events of a synchronization, in order for each message."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from bot.adapters.matrix import commands, events
from bot.adapters.matrix.context import AdapterContext
from bot.adapters.matrix.events import Event
from bot.adapters.matrix.responder import Responder
from bot.adapters.matrix.rooms import Rooms
from bot.core.concurrency.delayed_tasks import DelayedTasks
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.concurrency.store_retry import StoreRetry
from bot.core.errors import StoreFailed
from bot.core.events import FeedbackSource, IncomingMessage, MessageRef, SkipReason
from bot.core.messages.explanation import explain_unanswered
from bot.core.messages.feedback import require_stored
from bot.core.messages.silence import DropReason, log_dropped_feedback, log_silence
from bot.core.unicode_repair import repair_json
from bot.database.related_events import RelatedEvent
from bot.log import describe
from model.emoji import parse_choice

logger = logging.getLogger(__name__)

MAX_AGE_SECONDS = 120.0
"""Older messages are answered only on request."""

Work = Callable[[], Awaitable[object]]
"""Work on an event. Raises ``StoreFailed`` if it can be done again."""


class Inbox:
    """Begins the work on events; what waits for the store is tried again once it answers."""

    def __init__(self, context: AdapterContext, probe: Work) -> None:
        """``probe`` raises ``StoreFailed`` while the store is away."""
        self._context = context
        self._rooms = Rooms(context)
        self._retry = StoreRetry(probe)
        self._tasks = OrderedTasks()
        self._delayed = DelayedTasks(self._tasks)

    def accept(self, response: Any, *, news: bool) -> list[asyncio.Task[None]]:  # noqa: ANN401
        """Begin the work on a response of the library, and return its tasks.

        Without ``news`` the events are from before the first start: only invitations count.
        """
        work: list[tuple[MessageRef, Work]] = [
            (events.ref(room, ""), partial(self._rooms.on_invitation, room))
            for room in response.rooms.invite
        ]
        for room, info in response.rooms.join.items():
            self._rooms.observe(room, (*info.state, *info.timeline.events))
            timeline = events.since_join(info.timeline.events, self._context.gateway.user)
            for event in timeline if news else ():
                with suppress(KeyError, TypeError, AttributeError):  # events of unknown form
                    if begun := self._work(room, _repaired(event.source)):
                        work.append(begun)
        tasks = [self._tasks.submit(ref, self._finish(each)) for ref, each in work]
        return [task for task in tasks if task is not None]

    async def drain(self, seconds: float) -> None:
        """Accept no more and finish what was accepted."""
        self._delayed.cancel_all()
        await self._tasks.drain(seconds)

    async def _finish(self, work: Work) -> None:
        try:
            await self._retry.run(work)
        except StoreFailed as error:
            logger.error("a Matrix event was not stored: %s", describe(error))

    def _work(self, room: str, event: Event) -> tuple[MessageRef, Work] | None:
        if event["type"] != "m.room.redaction" and event["sender"] == self._context.gateway.user:
            return None
        # The ids of reactions say nothing of their messages: those of a room stay in order.
        in_order = events.ref(room, "")
        match event["type"]:
            case "m.room.message" | "m.sticker" if not events.is_edit(event):
                return self._on_message(room, event)
            case "m.reaction":
                return in_order, partial(self._on_reaction, room, event)
            case "m.room.redaction":
                return in_order, partial(self._on_redaction, room, event)
            case "m.room.encrypted":
                return in_order, partial(self._rooms.on_encrypted, room)
        return None

    def _on_message(self, room: str, event: Event) -> tuple[MessageRef, Work] | None:
        context, ref = self._context, events.ref(room, event["event_id"])
        me, private = context.gateway.user, context.is_private(room)
        pseudonyms = context.components.pseudonyms
        incoming = events.to_incoming(event, room, me, pseudonyms, private=private)
        if incoming is not DropReason.NOT_BY_PERSON and commands.is_command(event):
            return ref, partial(commands.handle, context, room, event)
        if isinstance(incoming, DropReason):
            log_silence(pseudonyms, ref, incoming)
            return None
        return ref, partial(self._answer, room, event, incoming)

    async def _answer(self, room: str, event: Event, incoming: IncomingMessage) -> None:
        context, responder = self._context, Responder(self._context, room, event)
        if _age_seconds(event) > MAX_AGE_SECONDS and not (incoming.requested or incoming.waited):
            log_silence(context.components.pseudonyms, incoming.ref, DropReason.LATE)
            return
        outcome = await context.service.on_message(incoming, responder)
        match outcome.skip_reason:
            case SkipReason.STORE_FAILED:
                raise StoreFailed("the message was not recorded")
            case SkipReason.DELAYED:
                waited = partial(self._answer, room, event, replace(incoming, waited=True))
                self._delayed.submit(incoming.ref, outcome.delay_seconds, waited)
            case SkipReason.DUPLICATE:
                await context.service.show_again(incoming, responder)
        if incoming.requested and outcome.skip_reason:
            text = explain_unanswered(outcome, await context.language(room))
            if text is not None:
                await context.attempt(responder.say(text, "answer"))

    async def _on_reaction(self, room: str, event: Event) -> None:
        relation, sender = events.field(event, "content", "m.relates_to"), event["sender"]
        target = events.text_field(relation, "event_id")
        emoji = parse_choice(events.text_field(relation, "key"))
        if emoji is None or not target:
            return
        offer = await self._related(room, target)
        ref = offer.ref if offer else events.ref(room, target)
        source = FeedbackSource.BUTTON if offer else FeedbackSource.REACTION
        member = self._context.member(sender)
        given = await self._context.reactions.on_reaction(
            ref, member, emoji, withdrawn=False, source=source
        )
        log_dropped_feedback(self._context.components.pseudonyms, ref, given.result)
        require_stored(given.result)
        if given.kind is not None:
            related = RelatedEvent(ref, events.stored_id(event["event_id"]), emoji, member)
            await self._context.store.related_events.add(related)

    async def _on_redaction(self, room: str, event: Event) -> None:
        """Withdraw the feedback by a removed reaction, or forget a deleted message."""
        redacted = events.text_field(event, "redacts") or events.text_field(
            event, "content", "redacts"
        )
        related, reactions = await self._related(room, redacted), self._context.reactions
        if related is None:
            ref = events.ref(room, redacted)
            self._delayed.cancel(ref)
            if not await self._context.service.on_deletion(ref):
                raise StoreFailed("the deletion was not stored")
        elif related.member is not None and (emoji := parse_choice(related.emoji)):
            given = await reactions.on_reaction(related.ref, related.member, emoji, withdrawn=True)
            require_stored(given.result)
        elif related.emoji and event["sender"] != self._context.gateway.user:
            actor = self._context.member(event["sender"])
            require_stored(
                await reactions.on_bot_reaction_removed(related.ref, actor, related.emoji)
            )
        if related is not None:
            await self._context.store.related_events.remove(related)

    async def _related(self, room: str, event: str) -> RelatedEvent | None:
        return await self._context.store.related_events.find(
            events.ref(room, ""), events.stored_id(event)
        )


def _repaired(source: Event) -> Event:
    event: Any = repair_json(source)
    return event  # type: ignore[no-any-return]


def _age_seconds(event: Event) -> float:
    """Return the age of an event by the clocks of homeserver and computer."""
    return time.time() - float(event["origin_server_ts"]) / 1000

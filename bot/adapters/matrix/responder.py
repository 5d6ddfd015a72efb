"""Reactions and replies on Matrix."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

from bot.adapters.emoji_forms import fully_qualified
from bot.adapters.matrix.context import AdapterContext
from bot.adapters.matrix.events import Event, reply_relation
from bot.adapters.matrix.gateway import DUPLICATE_REACTION
from bot.core.errors import PlatformRefused, StoreFailed
from bot.core.events import MessageRef
from bot.core.messages.feedback import THUMBS_DOWN
from bot.database.related_events import RelatedEvent
from bot.i18n import localize
from model import Prediction

REACTION_TIMEOUT_SECONDS = 10.0
"""Pauses for rate limits included: a later reaction is worse than none."""
REPLY_TIMEOUT_SECONDS = 30.0


class Responder:
    """A ``ChatPlatform`` for one message."""

    def __init__(self, context: AdapterContext, room: str, event: Event) -> None:
        """Answer ``event``."""
        self._context = context
        self._room = room
        self._event = event

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Add the emojis in order.

        Raises:
            PlatformRefused: none was added, with the name of the error.
        """
        added = False
        for emoji in emojis:
            try:
                sent = await _within(
                    REACTION_TIMEOUT_SECONDS, self._annotate(self._event["event_id"], emoji)
                )
            except PlatformRefused as error:
                if not added and error.reason != DUPLICATE_REACTION:
                    raise
                return
            added = True
            await self._remember(RelatedEvent(ref, sent, emoji))

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Reply with the emojis, each also as a reaction to press, as far as the limits go.

        Raises:
            PlatformRefused: with the name of the error.
        """
        language = await self._context.language(self._room)
        emojis = [fully_qualified(each.emoji) for each in predictions]
        none = f"{THUMBS_DOWN} {localize('feedback.none', language)}"
        text = f"{localize('emoji.offer', language)} {' '.join(emojis)} · {none}"
        sent = await _within(REPLY_TIMEOUT_SECONDS, self.say(text, "offer"))
        await self._remember(RelatedEvent(ref, sent))
        with suppress(PlatformRefused):  # the text offers them already
            for emoji in emojis:
                await self._annotate(sent, emoji, once=True)

    async def say(self, text: str, purpose: str) -> str:
        """Reply with a text, once for each purpose, and return the event's id."""
        content = {
            "msgtype": "m.notice",
            "body": text,
            "m.mentions": {},
            "m.relates_to": reply_relation(self._event),
        }
        transaction = f"{purpose} {self._event['event_id']}"
        return await self._context.gateway.send(self._room, "m.room.message", content, transaction)

    async def _annotate(self, event: str, emoji: str, *, once: bool = False) -> str:
        key = fully_qualified(emoji)
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self._context.gateway.send(
            self._room, "m.reaction", {"m.relates_to": relation}, f"{key} {event}", once=once
        )

    async def _remember(self, related: RelatedEvent) -> None:
        with suppress(StoreFailed):  # its removal will not be understood
            await self._context.store.related_events.add(related)


async def _within(seconds: float, sending: Coroutine[Any, Any, str]) -> str:
    try:
        async with asyncio.timeout(seconds):
            return await sending
    except TimeoutError:
        raise PlatformRefused("too_late") from None

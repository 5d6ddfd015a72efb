"""Reactions on platforms that give them ids of their own, by which alone a removal names them."""

from contextlib import suppress

from bot.adapters.intake import Intake
from bot.adapters.services import PlatformServices
from bot.adapters.stored_ids import stored_id
from bot.core.errors import StoreFailed
from bot.core.events import FeedbackSource, MemberKey, MessageRef
from bot.database.related_events import RelatedEvent
from model.emoji import parse_choice


class RelatedReactions:
    """Feedback by reactions and their removals; ids are the platform's."""

    def __init__(self, services: PlatformServices, intake: Intake) -> None:
        """Pass the feedback to ``intake``."""
        self._store = services.store.related_events
        self._intake = intake

    async def react(self, target: MessageRef, reaction: str, member: MemberKey, emoji: str) -> None:
        """Take a member's reaction on a message, or on the bot's reply to it.

        Raises:
            StoreFailed: it was not stored, and can be given again.
        """
        chosen = parse_choice(emoji)
        if chosen is None:
            return
        reply = await self._store.find(target, target.message)
        ref = reply.ref if reply else target
        source = FeedbackSource.BUTTON if reply else FeedbackSource.REACTION
        kind = await self._intake.react(ref, member, chosen, source=source)
        if kind is not None:
            await self._store.add(RelatedEvent(ref, stored_id(reaction), chosen, member))

    async def remove(self, removed: MessageRef, actor: MemberKey | None) -> None:
        """Take the removal of a reaction, a reply or a message; ``actor`` is None for the bot.

        Raises:
            StoreFailed: it was not stored, and can be given again.
        """
        related = await self._store.find(removed, removed.message)
        if related is None:
            await self._intake.delete(removed)
            return
        if related.member is not None and (emoji := parse_choice(related.emoji)):
            await self._intake.react(related.ref, related.member, emoji, withdrawn=True)
        elif related.emoji and actor is not None:
            await self._intake.remove(related.ref, actor, related.emoji)
        await self._store.remove(related)


async def remember(
    services: PlatformServices, ref: MessageRef, event: str, emoji: str = ""
) -> None:
    """Store the bot's reaction on a message, or its reply without ``emoji``, by the event's id."""
    with suppress(StoreFailed):  # its removal will not be understood
        await services.store.related_events.add(RelatedEvent(ref, stored_id(event), emoji))


async def answered_ref(services: PlatformServices, ref: MessageRef) -> MessageRef:
    """Return the message that the bot answered by ``ref``; ``ref`` if it is none of its answers."""
    try:
        reply = await services.store.related_events.find(ref, ref.message)
    except StoreFailed:
        reply = None
    return reply.ref if reply else ref

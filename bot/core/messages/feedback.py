"""What people's reactions say about the bot's answers."""

from collections.abc import Collection
from datetime import UTC, datetime

from bot.core.events import Feedback, FeedbackKind, FeedbackSource, MemberKey, MessageRef
from bot.core.messages.service import Service

THUMBS_DOWN = "👎"


def classify_reaction(shown: Collection[str], emoji: str) -> FeedbackKind:
    """What a canonical ``emoji`` says where the bot showed ``shown``; the shown one agrees."""
    if emoji in shown:
        return FeedbackKind.AGREE
    return FeedbackKind.DISLIKE if emoji == THUMBS_DOWN else FeedbackKind.CORRECT


class ReactionFeedback:
    """Turns reactions into feedback; those on messages that the bot left alone are only counted."""

    def __init__(self, service: Service) -> None:
        """Ask the service what was shown, and tell it what was said."""
        self._service = service

    async def on_reaction(
        self,
        ref: MessageRef,
        actor: MemberKey,
        emoji: str,
        *,
        withdrawn: bool,
        source: FeedbackSource = FeedbackSource.REACTION,
    ) -> FeedbackKind | None:
        """Somebody chose a canonical ``emoji``, or took it back; None where it was not kept.

        Taking back is not heard where the bot showed nothing: nothing says who used what.
        """
        answer = await self._service.recorded_outcome(ref)
        if answer is None:
            return None
        shown = answer.outcome.shown
        if not shown:
            if not withdrawn:
                await self._service.on_unprompted_reaction(ref, actor, emoji)
            return None
        kind = classify_reaction(shown, emoji)
        about = None if kind is FeedbackKind.DISLIKE else emoji
        word = Feedback(ref, actor, kind, about, source, datetime.now(UTC), withdrawn)
        return kind if await self._service.on_feedback(word) else None

    async def on_all_reactions(
        self, ref: MessageRef, actor: MemberKey, emojis: Collection[str], source: FeedbackSource
    ) -> bool:
        """All that somebody chooses through ``source`` are these emojis, none but 👎, or none.

        False where it was not kept.
        """
        shown = await self._service.shown_emojis(ref)
        if not shown:
            return False
        moment, words = datetime.now(UTC), []
        for emoji in emojis:
            kind = classify_reaction(shown, emoji)
            about = None if kind is FeedbackKind.DISLIKE else emoji
            words.append(Feedback(ref, actor, kind, about, source, moment))
        return await self._service.on_replaced_feedback(ref, actor, source, words)

    async def on_bot_reaction_removed(
        self, ref: MessageRef, actor: MemberKey, emoji: str | None
    ) -> None:
        """The bot's own reaction was taken away; ``emoji`` None for all of them."""
        for shown in await self._service.shown_emojis(ref):
            if emoji is None or emoji == shown:
                now = datetime.now(UTC)
                await self._service.on_feedback(
                    Feedback(ref, actor, FeedbackKind.REMOVE, shown, FeedbackSource.REACTION, now)
                )

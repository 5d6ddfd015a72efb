"""Feedback from reactions on messages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.errors import StoreFailed
from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    MemberKey,
    MessageRef,
)
from bot.core.messages.service import Service
from bot.i18n import localize
from model.emoji import ChosenEmoji

THUMBS_DOWN = "👎"

_REJECTION_KEYS = {
    FeedbackResult.NOTHING_SHOWN: "feedback.unknown",
    FeedbackResult.UNKNOWN_MESSAGE: "feedback.unknown",
    FeedbackResult.OPTED_OUT: "feedback.opted_out",
    FeedbackResult.STORE_FAILED: "error.not_stored",
}


@dataclass(frozen=True, slots=True)
class ReactionResult:
    """Result of a reaction, and the kind of feedback that it is."""

    result: FeedbackResult
    kind: FeedbackKind | None = None
    """None if there is nothing that it could be feedback on."""


def classify_reaction(shown: Collection[str], emoji: str) -> FeedbackKind:
    """Return the kind of feedback that a canonical emoji is on the ``shown`` emojis."""
    if emoji in shown:
        return FeedbackKind.AGREE
    return FeedbackKind.DISLIKE if emoji == THUMBS_DOWN else FeedbackKind.CORRECT


def explain_rejection(result: FeedbackResult, language: str | None) -> str:
    """Return why feedback was not stored, for the actor; ``result`` is not ``RECORDED``."""
    return localize(_REJECTION_KEYS[result], language)


def require_stored(result: FeedbackResult) -> None:
    """Check that the store took the feedback, or refused it for a reason of its own.

    Raises:
        StoreFailed: the store failed; the feedback can be given again.
    """
    if result is FeedbackResult.STORE_FAILED:
        raise StoreFailed("the feedback was not stored")


class ReactionFeedback:
    """Turns reactions into feedback; on messages without a shown emoji they are only counted."""

    def __init__(self, service: Service) -> None:
        """Read outcomes from the service, and give it the feedback."""
        self._service = service

    async def on_reaction(
        self,
        ref: MessageRef,
        actor: MemberKey,
        emoji: ChosenEmoji,
        *,
        withdrawn: bool,
        source: FeedbackSource = FeedbackSource.REACTION,
    ) -> ReactionResult:
        """Store or withdraw a member's choice of an emoji. Never raises.

        Where nothing was shown, it counts as unprompted, and withdrawing it changes nothing: of
        unprompted emojis it is not stored who used which.
        """
        shown = await self._shown(ref)
        if isinstance(shown, FeedbackResult):
            if shown is FeedbackResult.NOTHING_SHOWN and not withdrawn:
                return ReactionResult(await self.on_unprompted(ref, actor, [emoji]))
            return ReactionResult(shown)
        kind, about = _meaning(shown, emoji)
        given = Feedback(ref, actor, kind, about, source, datetime.now(UTC), withdrawn)
        return ReactionResult(await self._service.on_feedback(given), kind)

    async def on_all_reactions(
        self,
        ref: MessageRef,
        actor: MemberKey,
        emojis: Collection[ChosenEmoji],
        source: FeedbackSource,
        update_id: int | None = None,
    ) -> FeedbackResult:
        """Make these emojis all that the actor chooses through ``source``. Never raises.

        With ``update_id``, what an update with a higher number stored stays.
        """
        shown = await self._shown(ref)
        if isinstance(shown, FeedbackResult):
            return shown
        now, meanings = datetime.now(UTC), [_meaning(shown, emoji) for emoji in emojis]
        feedback = [Feedback(ref, actor, kind, about, source, now) for kind, about in meanings]
        return await self._service.on_replaced_feedback(ref, actor, source, feedback, update_id)

    async def on_unprompted(
        self, ref: MessageRef, actor: MemberKey, emojis: Collection[ChosenEmoji]
    ) -> FeedbackResult:
        """Count emojis on a message on which the bot showed nothing. Never raises."""
        for emoji in emojis:
            if not await self._service.on_unprompted_reaction(ref, actor, emoji):
                return FeedbackResult.STORE_FAILED
        return FeedbackResult.NOTHING_SHOWN

    async def on_bot_reaction_removed(
        self, ref: MessageRef, actor: MemberKey, emoji: str | None
    ) -> FeedbackResult:
        """Record that a reaction of the bot was removed, or all if ``emoji`` is None.

        Never raises.
        """
        shown = await self._shown(ref)
        if isinstance(shown, FeedbackResult):
            return shown
        result = FeedbackResult.RECORDED
        for removed in shown:
            if emoji is None or emoji == removed:
                removal = Feedback(
                    ref,
                    actor,
                    FeedbackKind.REMOVE,
                    ChosenEmoji(removed),
                    FeedbackSource.REACTION,
                    datetime.now(UTC),
                )
                result = await self._service.on_feedback(removal)
                if result is FeedbackResult.STORE_FAILED:
                    break
        return result

    async def _shown(self, ref: MessageRef) -> tuple[str, ...] | FeedbackResult:
        """Return the emojis shown on a message, or why it takes no feedback."""
        try:
            recorded = await self._service.find_outcome(ref)
        except StoreFailed:
            return FeedbackResult.STORE_FAILED
        if recorded is None:
            return FeedbackResult.UNKNOWN_MESSAGE
        return recorded.outcome.shown or FeedbackResult.NOTHING_SHOWN


def _meaning(shown: Collection[str], emoji: ChosenEmoji) -> tuple[FeedbackKind, ChosenEmoji | None]:
    """Return the kind of feedback, and the emoji that it is about; None for the whole answer."""
    kind = classify_reaction(shown, emoji)
    return kind, None if kind is FeedbackKind.DISLIKE else emoji

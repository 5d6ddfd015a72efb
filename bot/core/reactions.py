"""What people's reactions say about the bot's answers."""

from collections.abc import Collection
from datetime import UTC, datetime

from bot.core.events import Feedback, FeedbackKind, FeedbackSource, MemberKey, MessageRef
from bot.core.service import Service

THUMBS_DOWN = "👎"


def classify(shown: Collection[str], emoji: str) -> FeedbackKind:
    """What a canonical ``emoji`` says where the bot showed ``shown``; the shown one agrees."""
    if emoji in shown:
        return FeedbackKind.AGREE
    return FeedbackKind.DISLIKE if emoji == THUMBS_DOWN else FeedbackKind.CORRECT


class Reactions:
    """Turns reactions into feedback; those on messages that the bot did not answer are dropped."""

    def __init__(self, service: Service) -> None:
        """Ask the service what was shown, and tell it what was said."""
        self._service = service

    async def changed(
        self, ref: MessageRef, actor: MemberKey, emoji: str, *, withdrawn: bool
    ) -> None:
        """Somebody added a canonical ``emoji``, or took it back."""
        shown = await self._service.shown(ref)
        if not shown:
            return
        kind = classify(shown, emoji)
        about = None if kind is FeedbackKind.DISLIKE else emoji
        await self._service.on_feedback(_feedback(ref, actor, kind, about, withdrawn=withdrawn))

    async def removed(self, ref: MessageRef, actor: MemberKey, emoji: str | None) -> None:
        """The bot's own reaction was taken away; ``emoji`` None for all of them."""
        for shown in await self._service.shown(ref):
            if emoji is None or emoji == shown:
                await self._service.on_feedback(_feedback(ref, actor, FeedbackKind.REMOVE, shown))


def _feedback(
    ref: MessageRef,
    actor: MemberKey,
    kind: FeedbackKind,
    emoji: str | None,
    *,
    withdrawn: bool = False,
) -> Feedback:
    now = datetime.now(UTC)
    return Feedback(ref, actor, kind, emoji, FeedbackSource.REACTION, now, withdrawn)

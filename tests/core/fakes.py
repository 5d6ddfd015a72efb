"""Stand-ins for what surrounds the core; each keeps what was asked of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
)
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice
from model.emoji import ChosenEmoji

ANNA, BEN = MemberKey("a" * 32), MemberKey("b" * 32)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def ref(message: str = "1", chat: str = "chat", community: str = "home") -> MessageRef:
    return MessageRef("console", community, chat, message)


def message(
    text: str = "so funny", number: str = "1", *, addressed: bool = False
) -> IncomingMessage:
    return IncomingMessage(ref(number), ANNA, text, addressed=addressed)


def make_feedback(
    number: str = "1",
    kind: FeedbackKind = FeedbackKind.AGREE,
    emoji: str | None = "😂",
    *,
    actor: MemberKey = BEN,
    withdrawn: bool = False,
) -> Feedback:
    chosen = None if emoji is None else ChosenEmoji(emoji)
    return Feedback(
        ref(number), actor, kind, chosen, FeedbackSource.REACTION, at=MOMENT, withdrawn=withdrawn
    )


@dataclass
class EchoPredictor:
    """Answers every text alike."""

    predictions: list[Prediction] = field(
        default_factory=lambda: [Prediction("😂", 0.6), Prediction("🔥", 0.3)]
    )
    error: Exception | None = None
    version: str = "echo-1"
    threshold: float = 0.2
    asked: list[tuple[str, int, Collection[str] | None]] = field(default_factory=list)
    biases: list[Mapping[str, float]] = field(default_factory=list)
    offsets: list[Mapping[str, EmbeddingOffset]] = field(default_factory=list)
    learned_choices: list[Sequence[EmojiChoice]] = field(default_factory=list)

    async def embedding_offsets(
        self, choices: Sequence[EmojiChoice]
    ) -> Mapping[str, EmbeddingOffset]:
        self.learned_choices.append(choices)
        return {choice.emoji: np.ones(2, dtype=np.float32) for choice in choices}

    async def predict(
        self,
        text: str,
        k: int,
        candidates: Collection[str] | None,
        bias: Mapping[str, float],
        moves: Mapping[str, EmbeddingOffset] | None = None,
    ) -> list[Prediction]:
        self.biases.append(bias)
        self.offsets.append(moves or {})
        self.asked.append((text, k, candidates))
        if self.error is not None:
            raise self.error
        return self.predictions


@dataclass
class RecordingPlatform:
    """Keeps what was shown."""

    error: Exception | None = None
    shown: list[tuple[MessageRef, tuple[str, ...]]] = field(default_factory=list)
    offered: list[tuple[MessageRef, tuple[str, ...]]] = field(default_factory=list)

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        if self.error is not None:
            raise self.error
        self.shown.append((ref, tuple(emojis)))

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        if self.error is not None:
            raise self.error
        self.offered.append((ref, tuple(p.emoji for p in predictions)))

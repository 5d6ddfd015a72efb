"""Stand-ins for what surrounds the core; each keeps what was asked of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from bot.core.errors import StoreFailed
from bot.core.events import (
    CustomEmojiChoice,
    Feedback,
    FeedbackKind,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
    RecordedOutcome,
    SkipReason,
)
from bot.core.messages.policy import ChatSettings
from bot.core.preferences.counts import CommunityCounts, Counts
from model import Prediction
from model.custom_rows import Choice, EmbeddingOffset

ANNA, BEN = MemberKey("a" * 32), MemberKey("b" * 32)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def ref(message: str = "1", chat: str = "chat", community: str = "home") -> MessageRef:
    return MessageRef("console", community, chat, message)


def message(
    text: str = "so funny", number: str = "1", *, addressed: bool = False
) -> IncomingMessage:
    return IncomingMessage(ref(number), ANNA, text, addressed=addressed)


def word(
    number: str = "1",
    kind: FeedbackKind = FeedbackKind.AGREE,
    emoji: str | None = "😂",
    *,
    actor: MemberKey = BEN,
    withdrawn: bool = False,
) -> Feedback:
    return Feedback(
        ref(number), actor, kind, emoji, FeedbackSource.REACTION, at=MOMENT, withdrawn=withdrawn
    )


@dataclass
class EchoPredictor:
    """Answers every text alike."""

    answer: list[Prediction] = field(
        default_factory=lambda: [Prediction("😂", 0.6), Prediction("🔥", 0.3)]
    )
    error: Exception | None = None
    version: str = "echo-1"
    threshold: float = 0.2
    asked: list[tuple[str, int, Collection[str] | None]] = field(default_factory=list)
    biases: list[Mapping[str, float]] = field(default_factory=list)
    moved: list[Mapping[str, EmbeddingOffset]] = field(default_factory=list)
    learnt: list[Sequence[Choice]] = field(default_factory=list)

    async def embedding_offsets(self, choices: Sequence[Choice]) -> Mapping[str, EmbeddingOffset]:
        self.learnt.append(choices)
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
        self.moved.append(moves or {})
        self.asked.append((text, k, candidates))
        if self.error is not None:
            raise self.error
        return self.answer


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


@dataclass
class MemoryStore:
    """A store in lists; fails in every method of ``failing``."""

    chosen: ChatSettings = field(default_factory=ChatSettings)
    failing: set[str] = field(default_factory=set)
    out: set[MemberKey] = field(default_factory=set)
    consents: dict[MemberKey, str] = field(default_factory=dict)
    rows: dict[MessageRef, tuple[IncomingMessage, Outcome]] = field(default_factory=dict)
    words: list[Feedback] = field(default_factory=list)
    counts: dict[tuple[str, str], dict[str, Counts]] = field(default_factory=dict)
    settled: dict[tuple[str, str], dict[str, Counts]] = field(default_factory=dict)
    changes: dict[tuple[str, str], datetime] = field(default_factory=dict)
    uses: list[tuple[MessageRef, MemberKey, str]] = field(default_factory=list)
    texts: dict[tuple[str, str], list[CustomEmojiChoice]] = field(default_factory=dict)
    looked: list[MessageRef] = field(default_factory=list)
    """Communities whose texts were asked for."""

    def _maybe_fail(self, method: str) -> None:
        if method in self.failing:
            raise StoreFailed("disk full")

    async def settings(self, ref: MessageRef, parent: str = "") -> ChatSettings:
        self._maybe_fail("settings")
        return self.chosen

    async def member_status(self, message: IncomingMessage) -> tuple[ChatSettings, bool]:
        settings = await self.settings(message.ref, message.parent_chat)
        return settings, await self.is_opted_out(message.ref.platform, message.author)

    async def is_opted_out(self, platform: str, member: MemberKey) -> bool:
        self._maybe_fail("opted_out")
        return member in self.out

    async def record(self, message: IncomingMessage, outcome: Outcome) -> bool:
        self._maybe_fail("record")
        if message.ref in self.rows:
            return False
        self.rows[message.ref] = (message, outcome)
        return True

    async def record_refusal(self, ref: MessageRef, reason: str) -> None:
        self._maybe_fail("refused")
        message, outcome = self.rows[ref]
        told = replace(outcome, shown=(), skip_reason=SkipReason.REFUSED, refusal=reason)
        self.rows[ref] = (message, told)

    async def recorded_outcome(self, ref: MessageRef) -> RecordedOutcome | None:
        self._maybe_fail("answer")
        return RecordedOutcome(self.rows[ref][1], MOMENT) if ref in self.rows else None

    async def add_feedback(self, feedback: Feedback) -> bool:
        self._maybe_fail("add_feedback")
        self.words.append(feedback)
        return feedback.ref in self.rows

    async def replace_feedback(
        self, ref: MessageRef, actor: MemberKey, source: FeedbackSource, words: Sequence[Feedback]
    ) -> bool:
        self._maybe_fail("replace_feedback")
        self.words = [w for w in self.words if (w.ref, w.actor, w.source) != (ref, actor, source)]
        self.words += words
        return ref in self.rows

    async def count_unprompted(
        self, ref: MessageRef, member: MemberKey, emoji: str, at: datetime
    ) -> bool:
        self._maybe_fail("count_use")
        self.uses.append((ref, member, emoji))
        return True

    async def choices_on_texts(self, ref: MessageRef, most: int) -> Sequence[CustomEmojiChoice]:
        self._maybe_fail("chosen_on_texts")
        self.looked.append(ref)
        return self.texts.get((ref.platform, ref.community), [])[:most]

    async def delete_message(self, ref: MessageRef) -> None:
        self._maybe_fail("delete_message")
        self.rows.pop(ref, None)

    async def erase_member(self, platform: str, member: MemberKey) -> int:
        self._maybe_fail("forget")
        own = [ref for ref, (message, _) in self.rows.items() if message.author == member]
        for ref in own:
            del self.rows[ref]
        return len(own)

    async def set_opted_out(self, platform: str, member: MemberKey, out: bool) -> None:
        self._maybe_fail("set_opted_out")
        (self.out.add if out else self.out.discard)(member)

    async def consent_version(self, platform: str, member: MemberKey) -> str | None:
        self._maybe_fail("consented")
        return self.consents.get(member)

    async def set_consent(self, platform: str, member: MemberKey, version: str | None) -> None:
        self._maybe_fail("set_consent")
        if version is None:
            self.consents.pop(member, None)
        else:
            self.consents[member] = version

    async def member_data(self, platform: str, member: MemberKey) -> dict[str, object]:
        self._maybe_fail("member_data")
        return {"member": member}

    async def preference_counts(self, ref: MessageRef, now: datetime) -> CommunityCounts:
        self._maybe_fail("taste_tally")
        counts = dict(self.counts.get((ref.platform, ref.community), {}))
        return CommunityCounts(counts, self.settled.get((ref.platform, ref.community), counts))

    async def preference_changes(self, since: datetime) -> Mapping[tuple[str, str], datetime]:
        self._maybe_fail("taste_changes")
        return {key: at for key, at in self.changes.items() if at >= since}

    async def recent_preference_counts(self, most: int, now: datetime) -> list[dict[str, Counts]]:
        self._maybe_fail("spoken_tastes")
        return list(self.counts.values())[:most]

    async def replace_preference_counts(
        self, ref: MessageRef, counts: Mapping[str, Counts], now: datetime
    ) -> None:
        self._maybe_fail("replace_taste")
        self.counts[ref.platform, ref.community] = dict(counts)
        self.changes[ref.platform, ref.community] = now

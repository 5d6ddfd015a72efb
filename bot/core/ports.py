"""The three small interfaces through which the core reaches the world."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.events import (
    CustomEmojiChoice,
    Feedback,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
    RecordedOutcome,
)
from bot.core.messages.policy import ChatSettings
from bot.core.preferences.counts import CommunityCounts, Counts
from model import Prediction
from model.custom_rows import Choice, EmbeddingOffset


class ChatPlatform(Protocol):
    """What the service asks of an adapter."""

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Show canonical ``emojis`` on the message.

        Raises:
            Refused: the platform said no, with a named reason.
        """
        ...

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Answer with the predictions as buttons, whose presses come back as feedback.

        Raises:
            Refused: the platform said no, with a named reason.
        """
        ...


class EmojiPredictor(Protocol):
    """Predicts off the event loop; see ``bot.core.concurrency.batching``."""

    @property
    def version(self) -> str:
        """The artifact version that answers now."""
        ...

    @property
    def threshold(self) -> float:
        """The least score at which that artifact recommends to speak, 0 to 1."""
        ...

    async def predict(
        self,
        text: str,
        k: int,
        candidates: Collection[str] | None,
        bias: Mapping[str, float],
        offsets: Mapping[str, EmbeddingOffset],
    ) -> list[Prediction]:
        """Top ``k`` for one text, best first; empty where there is nothing to go on.

        ``bias`` is added to the log-odds of some emojis before the best are cut, ``moves`` to the
        rows of some.

        Raises:
            Overloaded: the queue is full.
        """
        ...

    async def embedding_offsets(self, choices: Sequence[Choice]) -> Mapping[str, EmbeddingOffset]:
        """What people's choices add to the rows of the custom emojis among them."""
        ...


class PreferenceStore(Protocol):
    """Counts of what communities like; ``ref`` says which one by platform and community."""

    async def preference_counts(self, ref: MessageRef, now: datetime) -> CommunityCounts:
        """What is counted, faded to ``now``."""
        ...

    async def preference_changes(self, since: datetime) -> Mapping[tuple[str, str], datetime]:
        """Platform and id of the communities where something was said since, and when."""
        ...

    async def recent_preference_counts(self, most: int, now: datetime) -> list[dict[str, Counts]]:
        """The settled counts of the communities that spoke last, faded to ``now``."""
        ...

    async def replace_preference_counts(
        self, ref: MessageRef, counts: Mapping[str, Counts], now: datetime
    ) -> None:
        """Put these counts, of ``now``, in the place of those that there are."""
        ...


class Store(PreferenceStore, Protocol):
    """What the service remembers between messages."""

    async def settings(self, ref: MessageRef, parent: str = "") -> ChatSettings:
        """The settings that hold in this chat; ``parent`` is the chat of a thread."""
        ...

    async def member_status(self, message: IncomingMessage) -> tuple[ChatSettings, bool]:
        """The settings that hold for a message, and whether its author opted out: one reading."""
        ...

    async def is_opted_out(self, platform: str, member: MemberKey) -> bool:
        """Whether the member asked not to be answered or recorded."""
        ...

    async def record(self, message: IncomingMessage, outcome: Outcome) -> bool:
        """Write one row for a scored message; False where there is one: somebody answers it.

        The text is kept where ``message.storable`` and its author has an active consent.
        """
        ...

    async def record_refusal(self, ref: MessageRef, reason: str) -> None:
        """The platform did not take the recorded answer: nothing was shown."""
        ...

    async def recorded_outcome(self, ref: MessageRef) -> RecordedOutcome | None:
        """What is stored of a message; None where it was not scored."""
        ...

    async def add_feedback(self, feedback: Feedback) -> bool:
        """Insert, update or withdraw; False where the message is unknown."""
        ...

    async def replace_feedback(
        self,
        ref: MessageRef,
        actor: MemberKey,
        source: FeedbackSource,
        words: Sequence[Feedback],
    ) -> bool:
        """What the actor says through ``source`` is this alone; False where it is unknown."""
        ...

    async def count_unprompted(
        self, ref: MessageRef, member: MemberKey, emoji: str, at: datetime
    ) -> bool:
        """Count an emoji that a member put on a message that was scored and left alone.

        Whether the community's taste changed; of who used what, nothing outlasts the day.
        """
        ...

    async def choices_on_texts(self, ref: MessageRef, most: int) -> Sequence[CustomEmojiChoice]:
        """What members of the message's community chose of late on texts that are kept."""
        ...

    async def delete_message(self, ref: MessageRef) -> None:
        """The message is gone from its platform: forget its prediction and feedback."""
        ...

    async def erase_member(self, platform: str, member: MemberKey) -> int:
        """Erase everything kept about a member; the number of rows erased."""
        ...

    async def set_opted_out(self, platform: str, member: MemberKey, out: bool) -> None:
        """Record an opt-out, and erase what is kept about the member; or revoke it."""
        ...

    async def consent_version(self, platform: str, member: MemberKey) -> str | None:
        """The version of the terms to which the member agrees now; None without consent."""
        ...

    async def set_consent(self, platform: str, member: MemberKey, version: str | None) -> None:
        """Record that a member agrees that texts are kept for training; None revokes.

        A revoked consent takes the texts with it.
        """
        ...

    async def member_data(self, platform: str, member: MemberKey) -> dict[str, object]:
        """Everything kept about a member, as JSON knows it."""
        ...

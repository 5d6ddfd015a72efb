"""The interfaces by which the core uses platforms, predictor and store."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, runtime_checkable

from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import (
    CustomEmojiChoice,
    Feedback,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
    RecordedOutcome,
)
from bot.core.preferences.counts import CommunityCounts, Counts
from bot.core.rules.rule import Rule
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice
from model.emoji import ChosenEmoji


class ChatPlatform(Protocol):
    """Port of the service to an adapter."""

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Show canonical ``emojis`` on the message.

        Raises:
            PlatformRefused: the platform refused, for a named reason.
        """
        ...

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Reply with the predictions as buttons, whose presses come back as feedback.

        Raises:
            PlatformRefused: the platform refused, for a named reason.
        """
        ...


@runtime_checkable
class BigReactionPlatform(ChatPlatform, Protocol):
    """Port to an adapter whose platform has reactions with a large animation."""

    async def react_big(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Show canonical ``emojis`` on the message, with a large animation.

        Raises:
            PlatformRefused: the platform refused, for a named reason.
        """
        ...


class EmojiPredictor(Protocol):
    """A predictor off the event loop; see ``bot.core.concurrency.batching``."""

    @property
    def version(self) -> str:
        """The version of the current artifact."""
        ...

    @property
    def threshold(self) -> float:
        """The confidence threshold that the current artifact recommends, 0 to 1."""
        ...

    async def predict(
        self,
        text: str,
        k: int,
        candidates: Collection[str] | None,
        bias: Mapping[str, float],
        offsets: Mapping[str, EmbeddingOffset],
    ) -> list[Prediction]:
        """Return the top ``k`` for one text, best first; empty if the text has no known token.

        ``bias`` is added to the log-odds of emojis before the best are cut, ``offsets`` to the
        embeddings of custom emojis.

        Raises:
            Overloaded: the queue is full.
        """
        ...

    async def embedding_offsets(
        self, choices: Sequence[EmojiChoice]
    ) -> Mapping[str, EmbeddingOffset]:
        """Return the embedding offsets of the custom emojis among the choices."""
        ...


class PreferenceStore(Protocol):
    """Counts of what communities like; ``ref`` says which one by platform and community."""

    async def counts(self, ref: MessageRef, now: datetime) -> CommunityCounts:
        """Return the counts, decayed to ``now``."""
        ...

    async def member_counts(
        self, ref: MessageRef, member: MemberKey, now: datetime
    ) -> Mapping[str, Counts]:
        """Return what a member's own rows in the community count for, decayed to ``now``."""
        ...

    async def changes(self, since: datetime) -> Mapping[tuple[str, str], datetime]:
        """Platform and id of the communities where something was said since, and when."""
        ...

    async def recent_counts(self, max_communities: int, now: datetime) -> list[dict[str, Counts]]:
        """Return confirmed counts of the communities with the latest votes, decayed to now."""
        ...

    async def replace_counts(
        self, ref: MessageRef, counts: Mapping[str, Counts], now: datetime
    ) -> None:
        """Put these counts, of ``now``, in the place of those that there are."""
        ...


class ChatSettingReader(Protocol):
    """The settings of chats."""

    async def get(self, ref: MessageRef, parent: str = "") -> ChatSettings:
        """Return the settings that hold in this chat; ``parent`` is the chat of a thread."""
        ...


class ChatSettingStore(ChatSettingReader, Protocol):
    """The settings of chats, which their communities change."""

    async def set_override(
        self, ref: MessageRef, key: str, value: object, *, everywhere: bool = False
    ) -> None:
        """Store an override for the chat, or for the whole community with ``everywhere``."""
        ...

    async def remove_override(self, ref: MessageRef, key: str, *, everywhere: bool = False) -> None:
        """Delete an override of the chat, or of the whole community with ``everywhere``."""
        ...


class RuleStore(Protocol):
    """The rules of communities; ``ref`` says which one by platform and community."""

    async def rules(self, ref: MessageRef) -> list[Rule]:
        """Return the rules in the order of their numbers."""
        ...

    async def add(self, ref: MessageRef, new: Rule) -> Rule:
        """Append a rule, and return it with its number."""
        ...

    async def remove(self, ref: MessageRef, number: int) -> bool:
        """Remove the rule with this number; return False if there is none."""
        ...

    async def replace(self, ref: MessageRef, rules: Sequence[Rule]) -> None:
        """Put these rules, numbered from 1, in the place of those that there are."""
        ...


class MemberStatus(NamedTuple):
    """Settings and status that hold for a message and its author."""

    settings: ChatSettings
    opted_out: bool
    rules_version: int = 0
    """Grows with each change of the community's rules; 0 if it never had any."""
    is_personal: bool = False
    """True if the author agreed to preferences of their own."""


class MemberStore(Protocol):
    """Decisions of members, and the data stored about them."""

    async def status(self, message: IncomingMessage) -> MemberStatus:
        """Return what holds for a message and its author."""
        ...

    async def is_opted_out(self, platform: str, member: MemberKey) -> bool:
        """Return if the member asked not to be answered or recorded."""
        ...

    async def set_opted_out(self, platform: str, member: MemberKey, out: bool) -> None:
        """Record an opt-out, and erase what is kept about the member; or revoke it."""
        ...

    async def consent_version(self, platform: str, member: MemberKey) -> str | None:
        """Return the version of the terms to which the member agrees now; None without consent."""
        ...

    async def set_consent(self, platform: str, member: MemberKey, version: str | None) -> None:
        """Record a member's consent to storing texts for training; None revokes it.

        Revoking erases the texts.
        """
        ...

    async def is_personal(self, platform: str, member: MemberKey) -> bool:
        """Return if the member agreed to preferences of their own."""
        ...

    async def set_personal(self, platform: str, member: MemberKey, agreed: bool) -> None:
        """Record the consent to preferences of the member's own, or delete it."""
        ...

    async def erase(self, platform: str, member: MemberKey) -> int:
        """Erase everything kept about a member but an opt-out; return the rows erased."""
        ...

    async def data(self, platform: str, member: MemberKey) -> dict[str, object]:
        """Return everything kept about a member, as JSON values."""
        ...


class OutcomeStore(Protocol):
    """The outcomes of scored messages."""

    async def record(self, message: IncomingMessage, outcome: Outcome) -> bool:
        """Insert the outcome of a message; return False if it has one: another process has it.

        The text is stored if ``message.may_store_text`` and its author has an active consent.
        """
        ...

    async def record_refusal(self, ref: MessageRef, refusal: str) -> None:
        """Record that the platform refused the outcome: nothing was shown."""
        ...

    async def find(self, ref: MessageRef) -> RecordedOutcome | None:
        """Return what is stored of a message; None if it was not scored."""
        ...

    async def delete(self, ref: MessageRef) -> None:
        """Delete the message's outcome and its feedback."""
        ...


class FeedbackStore(Protocol):
    """The feedback on outcomes."""

    async def add(self, given: Feedback) -> FeedbackResult:
        """Insert, refresh or withdraw feedback; members who opted out can only withdraw."""
        ...

    async def replace(
        self,
        ref: MessageRef,
        actor: MemberKey,
        source: FeedbackSource,
        feedback: Sequence[Feedback],
        update_id: int | None = None,
    ) -> FeedbackResult:
        """Make these the actor's only feedback through ``source``; none withdraws all.

        With ``update_id``, what an update with a higher number stored stays: processes may get two
        updates in either order.
        """
        ...


class UnpromptedStore(Protocol):
    """Counts of the emojis that members put on messages by themselves."""

    async def count(
        self, ref: MessageRef, member: MemberKey, emoji: ChosenEmoji, at: datetime
    ) -> bool:
        """Count an emoji that a member put on a scored message on which nothing was shown.

        Return if the preferences changed. Of who used which emoji, nothing outlasts the day.
        """
        ...


class ConsentedTextStore(Protocol):
    """The texts that members let be kept."""

    async def choices(self, ref: MessageRef, max_choices: int) -> Sequence[CustomEmojiChoice]:
        """Return the latest choices by members of the message's community on stored texts."""
        ...


class Store(Protocol):
    """Store of the core, by part; each method raises ``StoreFailed`` if the database fails."""

    @property
    def chat_settings(self) -> ChatSettingReader: ...  # noqa: D102 - the type says it
    @property
    def rules(self) -> RuleStore: ...  # noqa: D102
    @property
    def members(self) -> MemberStore: ...  # noqa: D102
    @property
    def outcomes(self) -> OutcomeStore: ...  # noqa: D102
    @property
    def feedback(self) -> FeedbackStore: ...  # noqa: D102
    @property
    def preferences(self) -> PreferenceStore: ...  # noqa: D102
    @property
    def unprompted(self) -> UnpromptedStore: ...  # noqa: D102
    @property
    def consented_texts(self) -> ConsentedTextStore: ...  # noqa: D102

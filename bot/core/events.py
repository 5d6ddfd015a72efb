"""What passes between adapters and the core: frozen values without any platform library."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from model import Prediction
from model.embedding_offset import EmojiChoice

MemberKey = NewType("MemberKey", str)
"""A keyed hash of a member's platform id (see ``bot.core.members.pseudonyms``); never the raw id."""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message stands, in the platform's own ids written as text."""

    platform: str
    """``discord``, ``telegram`` or ``console``."""
    community: str
    """The server, group or private chat whose settings apply."""
    chat: str
    """The channel, thread or topic inside the community."""
    message: str


@dataclass(frozen=True, slots=True)
class TextOrigin:
    """The origin of a text that was quoted, forwarded or replied to."""

    author: MemberKey | None
    """None if the platform does not tell who wrote it."""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message by a person that the bot may react to."""

    ref: MessageRef
    author: MemberKey
    text: str = field(repr=False)
    """Kept out of ``repr`` so that no log line or traceback can show it."""
    candidates: frozenset[str] | None = None
    """Canonical emojis that the platform allows at this moment; None for all."""
    custom_emojis: frozenset[str] = frozenset()
    """The community's own emojis, as ``:name:``, that can be shown at this moment."""
    addressed: bool = False
    """A mention or a private message: answered past chance and cooldown."""
    requested: bool = False
    """Somebody asks for the five, by a command or in a private chat: they get them as a reply,
    whatever their scores and whatever the chat's settings."""
    parent_chat: str = ""
    """The chat that a thread belongs to, whose settings hold in the thread as well."""
    roles: frozenset[str] = frozenset()
    """The author's roles in the community, in the platform's own ids."""
    language: str | None = None
    """What the platform says of the author's language, BCP 47."""
    may_store_text: bool = False
    """Whether the platform's rules let a text be kept for training where its author consented."""
    origin: TextOrigin | None = None
    """Whose text it is if ``author`` only sent it or asks about it; None if ``author`` wrote it."""


class SkipReason(StrEnum):
    """Why the bot stayed silent, as stored with the prediction."""

    CHAT_DISABLED = "chat_disabled"
    QUIET_HOURS = "quiet_hours"
    ROLE_DENIED = "role_denied"
    OPTED_OUT = "opted_out"
    UNKNOWN_AUTHOR = "unknown_author"
    """A forwarded text whose author, who may have opted out, the platform does not tell."""
    DUPLICATE = "duplicate"
    COOLDOWN = "cooldown"
    RATE_LIMIT = "rate_limit"
    SAMPLED_OUT = "sampled_out"
    OVERLOADED = "overloaded"
    NO_PREDICTION = "no_prediction"
    BELOW_THRESHOLD = "below_threshold"
    GRAVITY = "gravity"
    """What was likely enough would laugh at grief or anger."""
    NO_ALLOWED_EMOJI = "no_allowed_emoji"
    REFUSED = "refused"
    FAILED = "failed"
    """The store or the predictor failed; the log says where."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message."""

    ref: MessageRef
    predictions: Sequence[Prediction] = ()
    """The top five, best first; empty where the message was skipped before the predictor."""
    shown: tuple[str, ...] = ()
    """The emojis that the bot showed; empty when it stayed silent."""
    skip_reason: SkipReason | None = None
    refusal: str | None = None
    """The platform's named refusal, with ``skip`` = ``refused``."""
    artifact_version: str = ""
    """Version of the artifact that predicted; empty before the predictor."""
    threshold: float | None = None
    """The least score that was asked for, 0 to 1."""
    as_buttons: bool = False
    """The chosen are offered to pick from, rather than put on the message."""


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """What is stored of one scored message, for those who ask why."""

    outcome: Outcome
    recorded_at: datetime


class FeedbackKind(StrEnum):
    """What a person said about an answer of the bot."""

    AGREE = "agree"
    """Somebody added the bot's emoji as well, or pressed its button."""
    REMOVE = "remove"
    """The author or a moderator took the bot's reaction away."""
    DISLIKE = "dislike"
    """A thumbs down, or ``-`` on the console."""
    CORRECT = "correct"
    """Another emoji than the shown one was chosen."""


class FeedbackSource(StrEnum):
    """Where feedback was given."""

    REACTION = "reaction"
    BUTTON = "button"
    COMMAND = "command"
    CONSOLE = "console"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's word on one answer; the same word twice is stored once."""

    ref: MessageRef
    actor: MemberKey
    kind: FeedbackKind
    emoji: str | None
    """Canonical emoji that the feedback is about; None where it is about the answer as a whole."""
    source: FeedbackSource
    at: datetime
    """When it was given, aware, UTC."""
    withdrawn: bool = False
    """Taken back (an un-react): the stored feedback with the same key goes."""


class FeedbackResult(StrEnum):
    """What became of feedback; all but ``RECORDED`` say why it was not stored."""

    RECORDED = "recorded"
    """Stored or withdrawn."""
    NOTHING_SHOWN = "nothing_shown"
    """The bot showed no emoji on the message; an unprompted emoji is counted at most."""
    UNKNOWN_MESSAGE = "unknown_message"
    """No outcome is stored: never scored, deleted, or past its retention."""
    OPTED_OUT = "opted_out"
    """The actor opted out."""
    STORE_FAILED = "store_failed"
    """The database failed; the log says why."""


@dataclass(frozen=True, slots=True)
class CustomEmojiChoice:
    """An emoji that a member chose on a text that is kept."""

    choice: EmojiChoice
    member: MemberKey

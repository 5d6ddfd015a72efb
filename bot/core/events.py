"""Values that pass between adapters and the core, free of any platform library."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from model import Prediction
from model.embedding_offset import EmojiChoice
from model.emoji import ChosenEmoji

MemberKey = NewType("MemberKey", str)
"""The pseudonym of a member (``bot.core.members.pseudonyms``), never the platform's id."""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """The address of a message, in the platform's ids as text."""

    platform: str
    """The platform's name, such as ``discord`` or ``console``."""
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
class AnsweredText:
    """The text of the message that another one answers; read in memory alone."""

    text: str = field(repr=False)
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message of a person to which the bot may react."""

    ref: MessageRef
    author: MemberKey
    text: str = field(repr=False)
    """Kept out of ``repr`` so that no log line or traceback can show it."""
    candidates: frozenset[str] | None = None
    """Canonical emojis that the platform allows now; None for all."""
    images: frozenset[str] = frozenset()
    """Candidates that are shown as an image whose author alone says what it stands for."""
    custom_emojis: frozenset[str] = frozenset()
    """The community's custom emojis, as ``:name:``, that can be shown now."""
    addressed: bool = False
    """A mention, a reply to the bot or a private message: exempt from chance and cooldown."""
    requested: bool = False
    """The top five are requested, by a command or in a private chat: they are replied whatever
    the scores and the chat's settings."""
    on_behalf: bool = False
    """The answer is sent in a person's name: grave messages get none."""
    parent_chat: str = ""
    """The chat of a thread, whose settings apply in the thread."""
    roles: frozenset[str] = frozenset()
    """The author's roles in the community, in the platform's ids."""
    waited: bool = False
    """True if the delay of the chat is over."""
    has_picture: bool = False
    """True for a picture, an animation or a sticker."""
    language: str | None = None
    """The author's language, BCP 47; None if the platform does not tell it."""
    may_store_text: bool = False
    """True if the platform's rules let a text be stored by the consent of its author."""
    origin: TextOrigin | None = None
    """Whose text it is if ``author`` only sent it or asks about it; None if ``author`` wrote it."""
    answered: AnsweredText | None = None
    """What it replies to; None if that is nothing, or unknown."""


class SkipReason(StrEnum):
    """Reason for which the bot showed nothing, as stored with the prediction."""

    CHAT_DISABLED = "chat_disabled"
    QUIET_HOURS = "quiet_hours"
    ROLE_DENIED = "role_denied"
    MEMBER_DENIED = "member_denied"
    PICTURES = "pictures"
    """The chat is for messages with pictures alone, or for those without."""
    OPTED_OUT = "opted_out"
    DELAYED = "delayed"
    """The chat wants a delay: the message is passed again, as one that has waited."""
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
    """All emojis above the threshold would laugh at a grave text."""
    NO_ALLOWED_EMOJI = "no_allowed_emoji"
    REFUSED = "refused"
    FAILED = "failed"
    """The predictor failed; the log says how."""
    STORE_FAILED = "store_failed"
    """The store failed before anything was shown: the message may be tried again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one message."""

    ref: MessageRef
    predictions: Sequence[Prediction] = ()
    """The top five, best first; empty if the message was skipped before the prediction."""
    shown: tuple[str, ...] = ()
    """The emojis that the bot showed."""
    skip_reason: SkipReason | None = None
    refusal: str | None = None
    """The platform's named refusal, with ``skip_reason`` = ``refused``."""
    artifact_version: str = ""
    """The version of the artifact; empty if the message was skipped before the prediction."""
    confidence_threshold: float | None = None
    """The confidence threshold, 0 to 1."""
    as_buttons: bool = False
    """True if the shown emojis are buttons, rather than put on the message."""
    delay_seconds: float = 0.0
    """Time after which the message is to be passed again, with ``skip_reason`` = ``delayed``."""
    is_big: bool = False
    """True if the reaction is to have a large animation, on platforms that have one."""
    rule: str | None = field(default=None, repr=False)
    """The pattern of the community's rule by which they are shown; None if the model chose."""


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """A stored outcome with its time."""

    outcome: Outcome
    recorded_at: datetime


class FeedbackKind(StrEnum):
    """The kind of feedback on an outcome."""

    AGREE = "agree"
    """The actor added the shown emoji as well, or pressed its button."""
    REMOVE = "remove"
    """The author or a moderator removed the bot's reaction."""
    DISLIKE = "dislike"
    """A thumbs down, or ``-`` on the console."""
    CORRECT = "correct"
    """Another emoji than the shown one was chosen."""


class FeedbackSource(StrEnum):
    """The way by which feedback was given."""

    REACTION = "reaction"
    BURST = "burst"
    """A burst reaction; beside another source it is the same feedback."""
    BUTTON = "button"
    COMMAND = "command"
    CONSOLE = "console"
    WEB = "web"
    API = "api"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One actor's feedback on one outcome; the same feedback twice is stored once."""

    ref: MessageRef
    actor: MemberKey
    kind: FeedbackKind
    emoji: ChosenEmoji | None
    """The emoji that it is about; None for the whole outcome."""
    source: FeedbackSource
    at: datetime
    """Aware time, in UTC."""
    withdrawn: bool = False
    """The reaction was removed: the stored feedback with the same key is deleted."""


class FeedbackResult(StrEnum):
    """Result of storing feedback; all but ``RECORDED`` say why it was not stored."""

    RECORDED = "recorded"
    """Stored or withdrawn, or replaced already by a later update of the actor."""
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
    """An emoji that a member chose on a stored text."""

    choice: EmojiChoice
    member: MemberKey

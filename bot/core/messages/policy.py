"""May the bot react, with what, or why not: pure decisions without clock or randomness."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from bot.core.chat_settings.quiet_hours import QuietHours
from bot.core.events import IncomingMessage, SkipReason
from bot.core.gravity import fitting
from model import Prediction
from model.emoji import canonical_set, is_custom, names

TOP_K = 5
"""How many emojis are predicted, offered and stored."""

DEFAULT_EMOJI_DENY = frozenset(("🖕", "💩", "🤮", "🤬", "👎", "🤡"))
"""Never shown unless a community asks for it: aimed at a person, these insult."""


class Mode(StrEnum):
    """How an answer is shown."""

    REACT = "react"
    REPLY = "reply"
    """A message that offers the five as buttons."""
    QUIET = "quiet"
    """Only where the bot is addressed."""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What holds in one chat.

    Raises:
        ValueError: a number outside its range.
    """

    enabled: bool = True
    mode: Mode = Mode.REACT
    chance: float = 1.0
    """Share of messages to answer, 0 to 1."""
    cooldown: float = 0.0
    """Seconds between two answers in a chat."""
    per_minute: int | None = 20
    """Answers in a chat in any 60 seconds; None for no cap."""
    threshold: float | None = None
    """Least score to show, 0 to 1; None for the artifact's own, moved by ``aim``."""
    aim: float | None = 0.7
    """Share of answers that people should keep: the bot grows quiet by itself where they remove
    more, and bolder where less; None to leave the artifact's threshold alone."""
    second_choices: float = 0.05
    """Share of answers with which a second choice is tried, 0 to 1, never on grave texts."""
    reactions_per_message: int = 1
    """1 to 5."""
    emoji_allow: frozenset[str] | None = None
    """Only these; None for all. Custom emojis, as ``:name:``, come on top: a list of nothing else
    leaves every Unicode emoji allowed."""
    emoji_deny: frozenset[str] = DEFAULT_EMOJI_DENY
    chat_allow: frozenset[str] | None = None
    """Only in these chats and their threads, in the platform's ids; None for all."""
    chat_deny: frozenset[str] = frozenset()
    role_deny: frozenset[str] = frozenset()
    """Messages by members with one of these roles are left alone."""
    quiet_hours: QuietHours | None = None
    """When the bot answers only where it is addressed."""
    language: str = "en"
    """Of the bot's own words, BCP 47."""

    def __post_init__(self) -> None:
        """Check the ranges and fold the emojis to their canonical form."""
        shares = (self.chance, self.threshold or 0, self.aim or 0, self.second_choices)
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("chance, threshold, aim and second_choices lie between 0 and 1")
        if not 0 <= self.cooldown < float("inf"):
            raise ValueError("cooldown is a number of seconds")
        if self.per_minute is not None and self.per_minute < 1:
            raise ValueError("per_minute is at least 1")
        if not 1 <= self.reactions_per_message <= 5:
            raise ValueError("reactions_per_message lies between 1 and 5")
        object.__setattr__(self, "emoji_deny", canonical_set(self.emoji_deny))
        if self.emoji_allow is not None:
            object.__setattr__(self, "emoji_allow", canonical_set(self.emoji_allow))


@dataclass(frozen=True, slots=True)
class Pace:
    """How much the bot said in a chat of late."""

    since_last: float = float("inf")
    """Seconds since its last answer."""
    last_minute: int = 0
    """Answers in the last 60 seconds."""


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """What a decision depends on beside the message and the chat's settings."""

    now: datetime
    """Aware; quiet hours are read in their own time zone."""
    roll: float
    """Uniform in [0, 1)."""
    pace: Pace = Pace()
    opted_out: bool = False


def skip_before_prediction(
    message: IncomingMessage, settings: ChatSettings, given: DecisionContext
) -> SkipReason | None:
    """Why the message is not to be looked at, or None."""
    if message.requested:
        return None
    if given.opted_out:
        return SkipReason.OPTED_OUT
    if turned_off := _out_of_bounds(message, settings):
        return turned_off
    if too_soon := skip_by_pace(message, settings, given.pace):
        return too_soon
    if message.addressed:
        return None
    if settings.quiet_hours is not None and settings.quiet_hours.contains(given.now):
        return SkipReason.QUIET_HOURS
    return SkipReason.SAMPLED_OUT if given.roll >= settings.chance else None


def _out_of_bounds(message: IncomingMessage, settings: ChatSettings) -> SkipReason | None:
    """Where and for whom the community does not want the bot."""
    places = {message.ref.chat, message.parent_chat}
    elsewhere = settings.chat_allow is not None and not places & settings.chat_allow
    if not settings.enabled or elsewhere or places & settings.chat_deny:
        return SkipReason.CHAT_DISABLED
    if settings.mode is Mode.QUIET and not message.addressed:
        return SkipReason.CHAT_DISABLED
    return SkipReason.ROLE_DENIED if message.roles & settings.role_deny else None


def skip_by_pace(message: IncomingMessage, settings: ChatSettings, pace: Pace) -> SkipReason | None:
    """Cooldown or cap; an addressed message passes the cooldown only, one that asks both."""
    if message.requested:
        return None
    if not message.addressed and pace.since_last < settings.cooldown:
        return SkipReason.COOLDOWN
    if settings.per_minute is not None and pace.last_minute >= settings.per_minute:
        return SkipReason.RATE_LIMIT
    return None


def allowed_emojis(message: IncomingMessage, settings: ChatSettings) -> frozenset[str] | None:
    """What the predictor may choose from: the platform's set within the chat's; None for all."""
    unicode, listed = message.candidates, _listed(settings)
    if listed is not None:
        unicode = listed if unicode is None else unicode & listed
    own = message.custom_emojis & (settings.emoji_allow or frozenset())
    if unicode is None:
        return (_every_emoji() | own) - settings.emoji_deny if own else None
    return (unicode | own) - settings.emoji_deny


@cache
def _every_emoji() -> frozenset[str]:
    return frozenset(names())


def _listed(settings: ChatSettings) -> frozenset[str] | None:
    """The Unicode emojis to which a chat keeps; None for all."""
    if not settings.emoji_allow:
        return settings.emoji_allow
    return frozenset(e for e in settings.emoji_allow if not is_custom(e)) or None


def confidence_threshold(message: IncomingMessage, settings: ChatSettings, own: float) -> float:
    """From which score on to speak; ``own`` is what the artifact recommends."""
    if message.requested:
        return 0.0
    return own if settings.threshold is None else settings.threshold


def permitted_predictions(
    predictions: Sequence[Prediction], settings: ChatSettings
) -> tuple[Prediction, ...]:
    """Those that the chat neither denies nor leaves out of its list."""
    listed, allow = _listed(settings), settings.emoji_allow

    def welcome(emoji: str) -> bool:
        within = allow if is_custom(emoji) else listed
        return emoji not in settings.emoji_deny and (within is None or emoji in within)

    return tuple(p for p in predictions if welcome(p.emoji))


def choose_emojis(
    predictions: Sequence[Prediction], settings: ChatSettings, least: float, *, offer: bool = False
) -> tuple[str, ...] | SkipReason:
    """The emojis to show, best first, or why none.

    ``least`` is the score from which on to speak. An ``offer`` shows all that are permitted where
    the best one reaches it, a reaction those alone that do and that are not tone-deaf.
    """
    if not predictions:
        return SkipReason.NO_PREDICTION
    left = permitted_predictions(predictions, settings)
    if not left:
        return SkipReason.NO_ALLOWED_EMOJI
    if left[0].score < least:
        return SkipReason.BELOW_THRESHOLD
    if offer:
        return tuple(p.emoji for p in left[:TOP_K])
    confident = tuple(p.emoji for p in fitting(left[:TOP_K]) if p.score >= least)
    return confident[: settings.reactions_per_message] or SkipReason.GRAVITY

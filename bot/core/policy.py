"""May the bot react, with what, or why not: pure decisions without clock or randomness."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.events import IncomingMessage, SkipReason
from model import Prediction
from model.emoji import canonical_set

SAFE_LIST = frozenset(("🖕", "💩", "🤮", "🤬", "👎", "🤡"))
"""Never shown unless a community asks for it: aimed at a person, these insult."""


class Mode(StrEnum):
    """How an answer is shown."""

    REACT = "react"
    REPLY = "reply"
    """A message instead of a reaction; adapters that cannot reply react."""
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
    """Least score to show, 0 to 1; None for the artifact's own."""
    reactions_per_message: int = 1
    """1 to 5."""
    emoji_allow: frozenset[str] | None = None
    """Only these; None for all."""
    emoji_deny: frozenset[str] = SAFE_LIST

    def __post_init__(self) -> None:
        """Check the ranges and fold the emojis to their canonical form."""
        if not (0 <= self.chance <= 1 and 0 <= (self.threshold or 0) <= 1):
            raise ValueError("chance and threshold lie between 0 and 1")
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


def eligible(
    message: IncomingMessage, settings: ChatSettings, pace: Pace, *, opted_out: bool, roll: float
) -> SkipReason | None:
    """Why the message is not to be looked at, or None; ``roll`` is uniform in [0, 1)."""
    if opted_out:
        return SkipReason.OPTED_OUT
    if not settings.enabled:
        return SkipReason.CHAT_OFF
    if settings.mode is Mode.QUIET and not message.addressed:
        return SkipReason.CHAT_OFF
    if too_soon := out_of_pace(message, settings, pace):
        return too_soon
    if not message.addressed and roll >= settings.chance:
        return SkipReason.SAMPLED_OUT
    return None


def out_of_pace(message: IncomingMessage, settings: ChatSettings, pace: Pace) -> SkipReason | None:
    """Cooldown or cap; an addressed message passes the cooldown only."""
    if not message.addressed and pace.since_last < settings.cooldown:
        return SkipReason.COOLDOWN
    if settings.per_minute is not None and pace.last_minute >= settings.per_minute:
        return SkipReason.RATE_CAP
    return None


def allowed(candidates: frozenset[str] | None, settings: ChatSettings) -> frozenset[str] | None:
    """What the predictor may choose from: the platform's set within the chat's; None for all."""
    if candidates is None and settings.emoji_allow is None:
        return None
    if candidates is None or settings.emoji_allow is None:
        return (candidates or settings.emoji_allow or frozenset()) - settings.emoji_deny
    return (candidates & settings.emoji_allow) - settings.emoji_deny


def choose(
    predictions: Sequence[Prediction], settings: ChatSettings, threshold: float
) -> tuple[str, ...] | SkipReason:
    """The emojis to show, best first, or why none; ``threshold`` is the artifact's own."""
    if not predictions:
        return SkipReason.NOTHING_TO_SAY
    permitted = [
        p
        for p in predictions
        if p.emoji not in settings.emoji_deny
        and (settings.emoji_allow is None or p.emoji in settings.emoji_allow)
    ]
    if not permitted:
        return SkipReason.NOTHING_ALLOWED
    least = threshold if settings.threshold is None else settings.threshold
    confident = tuple(p.emoji for p in permitted if p.score >= least)
    return confident[: settings.reactions_per_message] or SkipReason.BELOW_THRESHOLD

"""May the bot react, with what, or why not: pure decisions without clock or randomness."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.events import IncomingMessage, SkipReason
from bot.core.gravity import fitting
from model import Prediction
from model.emoji import emoji_names, is_custom_emoji

TOP_K = 5
"""How many emojis are predicted, offered and stored."""


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
    if settings.mode is Mode.MENTION_ONLY and not message.addressed:
        return SkipReason.CHAT_DISABLED
    return SkipReason.ROLE_DENIED if message.roles & settings.role_deny else None


def skip_by_pace(message: IncomingMessage, settings: ChatSettings, pace: Pace) -> SkipReason | None:
    """Cooldown or cap; an addressed message passes the cooldown only, one that asks both."""
    if message.requested:
        return None
    if not message.addressed and pace.since_last < settings.cooldown_seconds:
        return SkipReason.COOLDOWN
    if settings.max_per_minute is not None and pace.last_minute >= settings.max_per_minute:
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
    return frozenset(emoji_names())


def _listed(settings: ChatSettings) -> frozenset[str] | None:
    """The Unicode emojis to which a chat keeps; None for all."""
    if not settings.emoji_allow:
        return settings.emoji_allow
    return frozenset(e for e in settings.emoji_allow if not is_custom_emoji(e)) or None


def confidence_threshold(message: IncomingMessage, settings: ChatSettings, own: float) -> float:
    """From which score on to speak; ``own`` is what the artifact recommends."""
    if message.requested:
        return 0.0
    return own if settings.confidence_threshold is None else settings.confidence_threshold


def permitted_predictions(
    predictions: Sequence[Prediction], settings: ChatSettings
) -> tuple[Prediction, ...]:
    """Those that the chat neither denies nor leaves out of its list."""
    listed, allow = _listed(settings), settings.emoji_allow

    def welcome(emoji: str) -> bool:
        within = allow if is_custom_emoji(emoji) else listed
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
    return confident[: settings.max_per_message] or SkipReason.GRAVITY

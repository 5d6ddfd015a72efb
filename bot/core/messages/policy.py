"""The rules for reacting: pure functions without clock or randomness."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from bot.core.chat_settings.schema import ChatSettings, GravityMode, Mode, Pictures
from bot.core.events import IncomingMessage, SkipReason
from model import Prediction, gravity
from model.emoji import emoji_names, is_custom_emoji
from model.prediction import Gravity, GravityLevel

TOP_K = 5
"""Predictions that are offered and stored for one message."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Recent number of shown emojis in a chat."""

    since_last: float = float("inf")
    """Seconds since the last time."""
    last_minute: int = 0
    """Times in the last 60 seconds."""


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """The state on which a decision depends beside message and settings."""

    now: datetime
    """Aware; quiet hours apply in their own time zone."""
    pace: Pace = Pace()
    opted_out: bool = False


def settings_for(message: IncomingMessage, settings: ChatSettings) -> ChatSettings:
    """Return the settings that hold for a message; in a person's name, grave ones get nothing."""
    return replace(settings, gravity=GravityMode.STRICT) if message.on_behalf else settings


def skip_before_prediction(
    message: IncomingMessage, settings: ChatSettings, context: DecisionContext
) -> SkipReason | None:
    """Return why the message is neither scored nor searched for rules; None if it is."""
    if message.requested:
        return None
    if context.opted_out:
        return SkipReason.OPTED_OUT
    if reason := _skip_by_chat(message, settings) or _skip_by_author(message, settings):
        return reason
    if reason := skip_by_pace(message, settings, context.pace):
        return reason
    if message.addressed:
        return None
    if settings.quiet_hours is not None and settings.quiet_hours.contains(context.now):
        return SkipReason.QUIET_HOURS
    return SkipReason.PICTURES if _is_unwanted(message.has_picture, settings) else None


def delay_of(message: IncomingMessage, settings: ChatSettings) -> float:
    """Return the seconds that a message has to wait; none if it addresses the bot."""
    if message.waited or message.addressed or message.requested:
        return 0.0
    return settings.delay_seconds


def is_sampled_out(message: IncomingMessage, settings: ChatSettings, roll: float) -> bool:
    """Return True if the model is not to choose for the message; ``roll`` is uniform in [0, 1)."""
    return not (message.addressed or message.requested) and roll >= settings.chance


def _is_unwanted(has_picture: bool, settings: ChatSettings) -> bool:
    match settings.pictures:
        case Pictures.ANY:
            return False
        case Pictures.ONLY:
            return not has_picture
        case Pictures.WITHOUT:
            return has_picture


def _skip_by_chat(message: IncomingMessage, settings: ChatSettings) -> SkipReason | None:
    """Return the skip reason of a chat in which the bot is off."""
    chats = {message.ref.chat, message.parent_chat}
    unlisted = settings.chat_allow is not None and not chats & settings.chat_allow
    if not settings.enabled or unlisted or chats & settings.chat_deny:
        return SkipReason.CHAT_DISABLED
    if settings.mode is Mode.MENTION_ONLY and not message.addressed:
        return SkipReason.CHAT_DISABLED
    return None


def _skip_by_author(message: IncomingMessage, settings: ChatSettings) -> SkipReason | None:
    """Return the skip reason of an author whom the chat's lists leave out."""
    denied, allowed = settings.member_deny, settings.member_allow
    if message.author in denied or (allowed is not None and message.author not in allowed):
        return SkipReason.MEMBER_DENIED
    lacks_role = settings.role_allow is not None and not message.roles & settings.role_allow
    return SkipReason.ROLE_DENIED if lacks_role or message.roles & settings.role_deny else None


def skip_by_pace(message: IncomingMessage, settings: ChatSettings, pace: Pace) -> SkipReason | None:
    """Return the skip reason of the cooldown or the rate limit.

    An addressed message is free of the cooldown, a requested one of both.
    """
    if message.requested:
        return None
    if not message.addressed and pace.since_last < settings.cooldown_seconds:
        return SkipReason.COOLDOWN
    if settings.max_per_minute is not None and pace.last_minute >= settings.max_per_minute:
        return SkipReason.RATE_LIMIT
    return None


def allowed_emojis(message: IncomingMessage, settings: ChatSettings) -> frozenset[str] | None:
    """Return the candidates: what both platform and chat allow; None for all emojis."""
    unicode, listed = message.candidates, _listed_unicode(settings)
    if listed is not None:
        unicode = listed if unicode is None else unicode & listed
    custom = message.custom_emojis & (settings.emoji_allow or frozenset())
    if unicode is None:
        return (_all_emojis() | custom) - settings.emoji_deny if custom else None
    return (unicode | custom) - settings.emoji_deny


@cache
def _all_emojis() -> frozenset[str]:
    return frozenset(emoji_names())


def _listed_unicode(settings: ChatSettings) -> frozenset[str] | None:
    """Return the Unicode emojis of a chat's allow list; None if it allows all."""
    if not settings.emoji_allow:
        return settings.emoji_allow
    return frozenset(e for e in settings.emoji_allow if not is_custom_emoji(e)) or None


def confidence_threshold(
    message: IncomingMessage, settings: ChatSettings, recommended: float
) -> float:
    """Return the lowest score at which the bot reacts; ``recommended`` is the artifact's."""
    if message.requested:
        return 0.0
    return recommended if settings.confidence_threshold is None else settings.confidence_threshold


def permitted_predictions(
    predictions: Sequence[Prediction], settings: ChatSettings
) -> tuple[Prediction, ...]:
    """Return the predictions that the chat neither denies nor leaves out of its allow list."""
    listed, allow = _listed_unicode(settings), settings.emoji_allow

    def is_permitted(emoji: str) -> bool:
        allowed = allow if is_custom_emoji(emoji) else listed
        return emoji not in settings.emoji_deny and (allowed is None or emoji in allowed)

    return tuple(p for p in predictions if is_permitted(p.emoji))


def choose_emojis(
    predictions: Sequence[Prediction],
    settings: ChatSettings,
    threshold: float,
    *,
    as_buttons: bool = False,
    requested: bool = False,
) -> tuple[str, ...] | SkipReason:
    """Return the emojis to show, best first, or the skip reason.

    As buttons, all permitted ones of the top five are shown if the best one reaches the threshold;
    as a reaction, only those that reach it and that gravity permits.
    """
    if not predictions:
        return SkipReason.NO_PREDICTION
    of_text = gravity.gravity_of(predictions)
    level = of_text.level
    if not requested and is_silenced(of_text, settings):
        return SkipReason.GRAVITY
    permitted = [
        p
        for p in permitted_predictions(predictions, settings)
        if gravity.is_permitted(p.emoji, level)
    ]
    if not permitted:
        is_any_permitted = level in (GravityLevel.HARMLESS, GravityLevel.DOUBTFUL)
        return SkipReason.NO_ALLOWED_EMOJI if is_any_permitted else SkipReason.GRAVITY
    top = permitted[:TOP_K]
    if _confidence(top[0]) < threshold:
        return SkipReason.BELOW_THRESHOLD
    if as_buttons:
        return tuple(p.emoji for p in top)
    confident = tuple(p.emoji for p in _without_mockery(top) if _confidence(p) >= threshold)
    return confident[: settings.max_per_message] or SkipReason.GRAVITY


def is_big(predictions: Sequence[Prediction], of_text: Gravity, settings: ChatSettings) -> bool:
    """Return True if a reaction may have a large animation: never if the text may be grave."""
    if not settings.big_reactions or of_text.level is not GravityLevel.HARMLESS:
        return False
    return not gravity.is_grave(predictions[:TOP_K], gravity.REACTION_RULE)


def is_silenced(of_text: Gravity, settings: ChatSettings) -> bool:
    """Return True if nothing is shown unasked on a text of this gravity."""
    is_strict = settings.gravity is GravityMode.STRICT
    return not of_text.permits_unasked or (is_strict and of_text.level is GravityLevel.GRAVE)


def _confidence(prediction: Prediction) -> float:
    """Return the score that must reach the threshold.

    On a grave text it is the lower one: preferences must not make the bot surer.
    """
    if prediction.gravity.level is GravityLevel.HARMLESS:
        return prediction.score
    return min(prediction.score, prediction.model_score)


def _without_mockery(top: Sequence[Prediction]) -> Sequence[Prediction]:
    is_sad = gravity.is_grave(top, gravity.REACTION_RULE)
    kept = gravity.without_laughter(top) if is_sad else top
    return [p for p in kept if gravity.is_permitted_unasked(p.emoji, p.gravity.level)]

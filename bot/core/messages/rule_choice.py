"""The emojis of a rule: what the platform can show of them, and gravity permits."""

from collections.abc import Sequence

from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import IncomingMessage, SkipReason
from bot.core.messages.policy import TOP_K, is_silenced
from bot.core.rules.rule import Rule
from model import Prediction, gravity
from model.emoji import is_custom_emoji
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS
from model.prediction import Gravity, GravityLevel


def choose_by_rule(
    rule: Rule,
    message: IncomingMessage,
    settings: ChatSettings,
    predictions: Sequence[Prediction],
    of_text: Gravity | None,
) -> tuple[str, ...] | SkipReason:
    """Return the emojis of the rule to show, or why it does not apply.

    A rule is an explicit wish: neither the confidence threshold nor the lists of emojis concern
    it. Gravity does, on every platform, whatever a community wants. ``predictions`` are the
    model's, best first, none for a text without words; ``of_text`` is None if it is unknown.
    """
    usable = [emoji for emoji in rule.emojis if _is_usable(emoji, message)]
    if not usable:
        return SkipReason.NO_ALLOWED_EMOJI
    if of_text is None or is_silenced(of_text, settings):
        return SkipReason.GRAVITY
    if of_text.level is not GravityLevel.HARMLESS or _is_sad(predictions):
        usable = [emoji for emoji in usable if emoji not in message.images]
    permitted = tuple(e for e in usable if _is_permitted(e, of_text.level, predictions))
    return permitted or SkipReason.GRAVITY


def _is_usable(emoji: str, message: IncomingMessage) -> bool:
    """Return if the platform can put an emoji on the message now."""
    if is_custom_emoji(emoji):
        return emoji in message.custom_emojis
    return message.candidates is None or emoji in message.candidates


def _is_permitted(emoji: str, level: GravityLevel, predictions: Sequence[Prediction]) -> bool:
    if not gravity.is_permitted_unasked(emoji, level):
        return False
    if not _is_sad(predictions):
        return True
    # Nobody but the rule chose it, so that mostly sad predictions are doubt enough.
    is_kind = gravity.is_permitted(emoji, GravityLevel.UNSURE)
    return is_kind and emoji not in LAUGHING_OR_CELEBRATING_EMOJIS


def _is_sad(predictions: Sequence[Prediction]) -> bool:
    return gravity.is_grave(predictions[:TOP_K], gravity.REACTION_RULE)

"""Guard against laughter and skulls on texts about grief, death, violence or crisis.

An artifact with a *gravity head* reads the text (``model.gravity_head``): its level decides which
emojis may be shown, on every platform. The preferences of a community have no say in it. Whatever
the level, predictions that are mostly sad or angry do not laugh (``GravityRule``); that is all that
an artifact without a head has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from model.emoji import is_custom_emoji
from model.emotions import (
    COMFORTING_EMOJIS,
    KIND_EMOJIS,
    LAUGHING_OR_CELEBRATING_EMOJIS,
    MOCKING_EMOJIS,
    grave_emojis,
)
from model.prediction import HARMLESS, Gravity, GravityLevel, Prediction

TEARS = "😭"
"""Cries and laughs; the emojis beside it tell which."""


@dataclass(frozen=True, slots=True)
class GravityRule:
    """Share of the probability of the top five from which predictions are sad or angry."""

    min_share: float
    counts_tears: bool
    """False to leave 😭 out of the share."""


TOP_FIVE_RULE = GravityRule(min_share=0.5, counts_tears=False)
"""From here on no laughing emoji is among the top five. People choose among them, so it takes a
clear case: it removes laughter from two fifths of the sad texts that would get it, for 0.07 points
of hit@5 on tweets. Counting 😭 would cost twice as much."""
REACTION_RULE = GravityRule(min_share=0.2, counts_tears=True)
"""From here on no laughing emoji is put on a message unasked. Stricter, as nobody checked it first;
``benchmarks.gravity`` compares other shares on sad and glad texts."""


def is_permitted(emoji: str, level: GravityLevel) -> bool:
    """Return True if an emoji may be shown on a text of this level.

    The name of a custom emoji does not tell if it laughs, so only harmless texts get one.
    """
    match level:
        case GravityLevel.HARMLESS | GravityLevel.DOUBTFUL:
            return True
        case GravityLevel.UNSURE:
            return emoji not in MOCKING_EMOJIS and not is_custom_emoji(emoji)
        case GravityLevel.GRAVE:
            return emoji in COMFORTING_EMOJIS
        case GravityLevel.SELF_HARM:
            return emoji in KIND_EMOJIS


def is_permitted_unasked(emoji: str, level: GravityLevel) -> bool:
    """Return True if an unasked reaction may show an emoji on a text of this level.

    A laugh at a death costs more than silence at a joke, so that each level counts as the next
    graver one; but a text that may be about self-harm only gets what suits a death as well.
    """
    match level:
        case GravityLevel.DOUBTFUL:
            return is_permitted(emoji, GravityLevel.UNSURE)
        case GravityLevel.UNSURE:
            return is_permitted(emoji, GravityLevel.GRAVE)
        case _:
            return is_permitted(emoji, level)


def graver(level: GravityLevel, other: GravityLevel) -> GravityLevel:
    """Return the level that permits less."""
    return max(level, other, key=list(GravityLevel).index)


def gravity_of(predictions: Sequence[Prediction]) -> Gravity:
    """Return the gravity of the text that was predicted; harmless without predictions."""
    return predictions[0].gravity if predictions else HARMLESS


def is_grave(predictions: Sequence[Prediction], rule: GravityRule) -> bool:
    """Return True if the predictions' share of grave emojis reaches that of the rule."""
    counted = [p for p in predictions if rule.counts_tears or p.emoji != TEARS]
    grave = sum(p.model_score for p in counted if p.emoji in grave_emojis())
    return grave > 0 and grave >= rule.min_share * sum(p.model_score for p in counted)


def without_laughter(predictions: Sequence[Prediction]) -> tuple[Prediction, ...]:
    """Return the predictions that neither laugh nor celebrate."""
    return tuple(p for p in predictions if p.emoji not in LAUGHING_OR_CELEBRATING_EMOJIS)

"""Guard against laughter on texts about grief, death, violence or crisis.

The predictions themselves tell such a text: a share of the model's own probability lies on emojis
of grief, anger, fear or disgust. The preferences of a community have no say in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS, grave_emojis
from model.prediction import Prediction

TEARS = "😭"
"""Cries and laughs; the emojis beside it tell which."""


@dataclass(frozen=True, slots=True)
class GravityRule:
    """Share of the probability of the top five from which a text is grave."""

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


def is_grave(predictions: Sequence[Prediction], rule: GravityRule) -> bool:
    """Return True if the predictions' share of grave emojis reaches that of the rule."""
    counted = [p for p in predictions if rule.counts_tears or p.emoji != TEARS]
    grave = sum(p.model_score for p in counted if p.emoji in grave_emojis())
    return grave > 0 and grave >= rule.min_share * sum(p.model_score for p in counted)


def without_laughter(predictions: Sequence[Prediction]) -> tuple[Prediction, ...]:
    """Return the predictions that neither laugh nor celebrate."""
    return tuple(p for p in predictions if p.emoji not in LAUGHING_OR_CELEBRATING_EMOJIS)

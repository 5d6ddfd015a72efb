"""No laughter where the model hears grief: a tone-deaf answer is worse than none."""

from collections.abc import Sequence

from model import Prediction
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS, grave_emojis

GRAVE = 0.2
"""Share of grave emojis among the five from which a text is grave; ``benchmarks.gravity`` shows what
others would save on sad texts and cost on glad ones."""


def grave(five: Sequence[Prediction]) -> bool:
    """Whether the model itself, without anybody's taste, hears grief, anger or fear."""
    whole = sum(p.model_score for p in five)
    mourning = sum(p.model_score for p in five if p.emoji in grave_emojis())
    return mourning >= GRAVE * whole > 0


def fitting(five: Sequence[Prediction]) -> tuple[Prediction, ...]:
    """What may be put on a message by itself: on a grave one, nothing that laughs or celebrates."""
    if not grave(five):
        return tuple(five)
    return tuple(p for p in five if p.emoji not in LAUGHING_OR_CELEBRATING_EMOJIS)

"""What has not settled yet moves an emoji by one place at most.

However little a bias changes, it may lift an emoji past several that are about as likely. So the
order is that of the settled taste, and what was said since, perhaps by one member alone, may only
let the two of a pair change places: the first and the second, the third and the fourth, and so on.
Whatever is said and taken back until it settles, an emoji stands in one of the same two places.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from bot.core.preferences.posterior import Preferences
from model import Prediction


def rank_with_pending(
    predictions: Sequence[Prediction], taste: Preferences
) -> tuple[Prediction, ...]:
    """Predictions under the settled taste, best first, as what was said since would have them.

    A place keeps its score, whichever of the two stands there.
    """
    if not taste.pending_bias:
        return tuple(predictions)
    scores = [
        math.log(max(p.score, 1e-12)) + taste.pending_bias.get(p.emoji, 0.0) for p in predictions
    ]
    return tuple(
        place if predictions[i] is place else replace(predictions[i], score=place.score)
        for i, place in zip(swap_within_pairs(scores), predictions, strict=True)
    )


def swap_within_pairs(scores: Sequence[float]) -> list[int]:
    """The order in which the latter of each pair goes first where it scores more."""
    order = list(range(len(scores)))
    for first in range(0, len(order) - 1, 2):
        if scores[first + 1] > scores[first]:
            order[first], order[first + 1] = first + 1, first
    return order

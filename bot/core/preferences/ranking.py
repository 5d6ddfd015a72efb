"""The order of the predictions when some counts are pending.

However little a bias changes, it may lift an emoji past several whose scores are close. So the
order is that of the confirmed preferences, and pending counts, perhaps the votes of a single
member, may only swap the two emojis of a pair: ranks 1 and 2, 3 and 4, and so on. Whatever is
voted and withdrawn until counts are confirmed, an emoji has one of the same two ranks.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from bot.core.preferences.posterior import Preferences
from model import Prediction

_MIN_SCORE = 1e-12


def rank_with_pending(
    predictions: Sequence[Prediction], preferences: Preferences
) -> tuple[Prediction, ...]:
    """Return predictions, ordered by confirmed preferences, as pending votes would order them.

    The scores stay in place: a swapped emoji takes over the score of its new rank.
    """
    pending = preferences.pending_bias
    if not pending:
        return tuple(predictions)
    scores = [math.log(max(p.score, _MIN_SCORE)) + pending.get(p.emoji, 0.0) for p in predictions]
    return tuple(
        current if predictions[i] is current else replace(predictions[i], score=current.score)
        for i, current in zip(swap_within_pairs(scores), predictions, strict=True)
    )


def swap_within_pairs(scores: Sequence[float]) -> list[int]:
    """Return the order in which the second of each pair goes first if it scores more."""
    order = list(range(len(scores)))
    for first in range(0, len(order) - 1, 2):
        if scores[first + 1] > scores[first]:
            order[first], order[first + 1] = first + 1, first
    return order

"""What has not settled yet moves an emoji by one place at most.

However little a bias changes, it may lift an emoji past several that are about as likely. So the
order is that of the settled taste, and what was said since, perhaps by one member alone, may only
let neighbours change their places: no emoji moves by more than one.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from bot.core.community import Taste
from model import Prediction


def follow(predictions: Sequence[Prediction], taste: Taste) -> tuple[Prediction, ...]:
    """Predictions under the settled taste, best first, as what was said since would have them.

    A place keeps its score, whichever of two neighbours stands there.
    """
    if not taste.since:
        return tuple(predictions)
    scores = [math.log(max(p.score, 1e-12)) + taste.since.get(p.emoji, 0.0) for p in predictions]
    return tuple(
        place if predictions[i] is place else replace(predictions[i], score=place.score)
        for i, place in zip(swaps(scores), predictions, strict=True)
    )


def swaps(scores: Sequence[float]) -> list[int]:
    """The order in which neighbours of whom the latter scores more change places, each once."""
    order = list(range(len(scores)))
    place = 0
    while place + 1 < len(order):
        if scores[place + 1] > scores[place]:
            order[place], order[place + 1] = order[place + 1], order[place]
            place += 1
        place += 1
    return order

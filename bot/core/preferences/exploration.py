"""Second choices, so that the bot learns of emojis that it would never show; not on grave texts."""

import math
from collections.abc import Callable, Sequence

from bot.core.gravity import grave
from bot.core.preferences.posterior import Taste
from model import Prediction

LEAST_WORDS = 10.0
"""Words that a community has given: where nobody says anything, nothing is learnt by trying."""


def second_choice(
    five: Sequence[Prediction], taste: Taste, normal: Callable[[], float]
) -> str | None:
    """The best of the five under a bias drawn from what is known (Thompson sampling).

    ``normal`` draws from the standard normal distribution. None where the text is grave or the
    community says nothing.
    """
    if not five or grave(five) or taste.heard < LEAST_WORDS:
        return None

    def drawn(prediction: Prediction) -> float:
        spread = taste.spread.get(prediction.emoji, taste.unknown)
        return math.log(max(prediction.score, 1e-9)) + spread * normal()

    return max(five, key=drawn).emoji

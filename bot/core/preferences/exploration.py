"""Second choices, so that the bot learns of emojis that it would never show; not on grave texts."""

import math
from collections.abc import Callable, Sequence

from bot.core.gravity import grave
from bot.core.preferences.posterior import Preferences
from model import Prediction

MIN_VOTES = 10.0
"""Words that a community has given: where nobody says anything, nothing is learnt by trying."""


def explore(
    five: Sequence[Prediction], taste: Preferences, normal: Callable[[], float]
) -> str | None:
    """The best of the five under a bias drawn from what is known (Thompson sampling).

    ``normal`` draws from the standard normal distribution. None where the text is grave or the
    community says nothing.
    """
    if not five or grave(five) or taste.vote_count < MIN_VOTES:
        return None

    def drawn(prediction: Prediction) -> float:
        spread = taste.bias_sd.get(prediction.emoji, taste.default_sd)
        return math.log(max(prediction.score, 1e-9)) + spread * normal()

    return max(five, key=drawn).emoji

"""Exploration by Thompson sampling, to learn of emojis that would never be shown otherwise."""

import math
from collections.abc import Callable, Sequence

from bot.core.preferences.posterior import Preferences
from model import Prediction
from model.gravity import REACTION_RULE, gravity_of, is_grave
from model.prediction import GravityLevel

MIN_VOTES = 10.0
"""Votes of a community from which on it is explored: without feedback nothing is learnt."""
_MIN_SCORE = 1e-9


def explore(
    predictions: Sequence[Prediction],
    preferences: Preferences,
    sample_normal: Callable[[], float],
) -> str | None:
    """Return the best emoji under biases drawn from their posterior.

    ``sample_normal`` draws from the standard normal distribution. None on a grave text, or when the
    community has given few votes.
    """
    if (
        not predictions
        or gravity_of(predictions).level is not GravityLevel.HARMLESS
        or is_grave(predictions, REACTION_RULE)
        or preferences.vote_count < MIN_VOTES
    ):
        return None

    def sampled_log_score(prediction: Prediction) -> float:
        sd = preferences.bias_sd.get(prediction.emoji, preferences.default_sd)
        return math.log(max(prediction.score, _MIN_SCORE)) + sd * sample_normal()

    return max(predictions, key=sampled_log_score).emoji

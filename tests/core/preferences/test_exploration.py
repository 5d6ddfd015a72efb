"""Exploration: sampled by uncertainty, never on grave texts."""

import random
from collections import Counter

import pytest

from bot.core.preferences.exploration import explore
from bot.core.preferences.posterior import Preferences
from model import Prediction

PREDICTIONS = [
    Prediction("😂", 0.4),
    Prediction("🤣", 0.3),
    Prediction("🔥", 0.1),
    Prediction("🎉", 0.1),
]
PREFERENCES = Preferences(default_sd=0.6, vote_count=100.0)


def test_grave_texts_are_not_explored_whatever_the_bias() -> None:
    predictions = [Prediction("😂", 0.98, 0.1), Prediction("😢", 0.01, 0.5)]
    assert explore(predictions, PREFERENCES, lambda: 3.0) is None


@pytest.mark.parametrize(
    "preferences", [Preferences(), Preferences(default_sd=0.6, vote_count=9.0)]
)
def test_communities_with_few_votes_are_not_explored(preferences: Preferences) -> None:
    assert explore(PREDICTIONS, preferences, lambda: 3.0) is None
    assert explore([], PREFERENCES, lambda: 3.0) is None


def test_likely_and_uncertain_emojis_are_explored_more() -> None:
    generator = random.Random(1)  # noqa: S311 - nothing secret

    def draw(preferences: Preferences) -> Counter[str | None]:
        return Counter(
            explore(PREDICTIONS, preferences, lambda: generator.gauss(0, 1)) for _ in range(2000)
        )

    equal = draw(PREFERENCES)
    assert equal["😂"] > equal["🤣"] > equal["🔥"] > 0
    known = Preferences(bias_sd={"🤣": 0.01}, default_sd=0.6, vote_count=100.0)
    assert draw(known)["🎉"] > 0
    certain = Preferences(
        bias_sd=dict.fromkeys(("😂", "🤣", "🔥", "🎉"), 0.0), default_sd=0.6, vote_count=100.0
    )
    assert draw(certain) == Counter({"😂": 2000})

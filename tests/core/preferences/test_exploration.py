"""Second choices: drawn by what is uncertain, and never where it hurts."""

import random
from collections import Counter

import pytest

from bot.core.preferences.exploration import explore
from bot.core.preferences.posterior import Preferences
from model import Prediction

MERRY = [Prediction("😂", 0.4), Prediction("🤣", 0.3), Prediction("🔥", 0.1), Prediction("🎉", 0.1)]
SAD = [Prediction("😂", 0.5), Prediction("😢", 0.2), Prediction("💔", 0.2)]
HEARD = Preferences(default_sd=0.6, vote_count=100.0)


def test_nothing_is_tried_on_a_grave_text_however_it_is_liked() -> None:
    liked = [Prediction("😂", 0.98, 0.1), Prediction("😢", 0.01, 0.5)]
    assert explore(liked, HEARD, lambda: 3.0) is None


@pytest.mark.parametrize("taste", [Preferences(), Preferences(default_sd=0.6, vote_count=9.0)])
def test_nothing_is_tried_where_nobody_speaks(taste: Preferences) -> None:
    assert explore(MERRY, taste, lambda: 3.0) is None
    assert explore([], HEARD, lambda: 3.0) is None


def test_the_likely_and_the_unknown_are_tried_more() -> None:
    luck = random.Random(1)  # noqa: S311 - nothing secret

    def draw(taste: Preferences) -> Counter[str | None]:
        return Counter(explore(MERRY, taste, lambda: luck.gauss(0, 1)) for _ in range(2000))

    equal = draw(HEARD)
    assert equal["😂"] > equal["🤣"] > equal["🔥"] > 0
    known = Preferences(bias_sd={"🤣": 0.01}, default_sd=0.6, vote_count=100.0)
    assert draw(known)["🎉"] > 0
    certain = Preferences(
        bias_sd=dict.fromkeys(("😂", "🤣", "🔥", "🎉"), 0.0), default_sd=0.6, vote_count=100.0
    )
    assert draw(certain) == Counter({"😂": 2000})

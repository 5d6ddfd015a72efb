"""The confidence threshold follows acceptance as far as there are votes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.preferences.counts import COUNT_NAMES, Counts
from bot.core.preferences.posterior import posterior_preferences
from bot.core.preferences.threshold import adapt_threshold

COUNTS = st.builds(Counts, **dict.fromkeys(COUNT_NAMES, st.floats(0, 1e6)))


def with_votes(removed: float) -> dict[str, Counts]:
    """Return the counts of an emoji shown a hundred times, with many votes."""
    return {"😂": Counts(shown=100, expected_kept=40, removed=removed, agreed=(100 - removed) / 2)}


def test_the_threshold_rises_when_little_is_kept() -> None:
    low, usual, high = (
        adapt_threshold(0.27, 0.7, posterior_preferences(with_votes(n))) for n in (95, 40, 2)
    )
    assert low > 0.75
    assert high < usual < low
    assert 0.12 < high < 0.27
    assert adapt_threshold(0.27, 0.95, posterior_preferences(with_votes(40))) > usual


def test_the_threshold_stays_without_votes_or_target() -> None:
    without_votes = posterior_preferences({"😂": Counts(shown=1000, expected_kept=400)})
    assert adapt_threshold(0.27, 0.9, without_votes) == pytest.approx(0.27)
    assert adapt_threshold(0.27, None, posterior_preferences(with_votes(95))) == 0.27


@given(st.floats(0, 1), st.floats(0, 1), st.dictionaries(st.just("😂"), COUNTS))
def test_every_threshold_is_a_probability(
    threshold: float, target: float, counts: dict[str, Counts]
) -> None:
    assert 0 <= adapt_threshold(threshold, target, posterior_preferences(counts)) <= 1

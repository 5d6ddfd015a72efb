"""Chart of preferences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts import NEUTRAL, PreferenceBar, Theme, preferences_chart
from bot.charts.bars import ROW_HEIGHT
from bot.charts.canvas import MARGIN_POINTS
from bot.charts.preference_bars import HEADING_HEIGHT, factor
from tests.charts.pixels import across, decode, labels, margins_are_empty, themes, titles

FIRST = MARGIN_POINTS + HEADING_HEIGHT + ROW_HEIGHT / 2
biases = st.floats(-1e6, 1e6)
leans = st.lists(st.builds(PreferenceBar, labels, biases), min_size=1, max_size=25)


@given(leans, themes, titles, titles)
@settings(max_examples=20, deadline=None)
def test_charts_stay_within_their_margins(
    rows: list[PreferenceBar], theme: Theme, title: str, subtitle: str
) -> None:
    assert margins_are_empty(
        decode(preferences_chart(rows, theme, title, subtitle)), theme.background
    )


@given(st.floats(0.1, 1), st.floats(0.1, 1))
@settings(max_examples=20, deadline=None)
def test_sides_and_lengths_follow_the_bias(more: float, less: float) -> None:
    image = decode(
        preferences_chart([PreferenceBar("😂", -less), PreferenceBar("🔥", more)], NEUTRAL, "")
    )
    left = across(image, FIRST, NEUTRAL.accent)
    right = across(image, FIRST, NEUTRAL.opposite)
    assert max(left) < image.width / 2 < min(right)
    assert len(left) * less == pytest.approx(len(right) * more, abs=3)


def test_each_column_begins_with_the_greatest_bias() -> None:
    rows = [
        PreferenceBar("😂", 0.2),
        PreferenceBar("🔥", 0.8),
        PreferenceBar("🎉", -0.1),
        PreferenceBar("😢", -0.4),
    ]
    image = decode(preferences_chart(rows, NEUTRAL, ""))
    for colour in (NEUTRAL.accent, NEUTRAL.opposite):
        first, second = (len(across(image, FIRST + n * ROW_HEIGHT, colour)) for n in (0, 1))
        assert first == pytest.approx(4 * second, rel=0.1)


@pytest.mark.parametrize(
    ("bias", "expected"), [(0.0, "1.0"), (2.1, "8.2"), (-2.1, "8.2"), (2.9, "18"), (1e6, "999")]
)
def test_log_odds_are_shown_as_factors(bias: float, expected: str) -> None:
    assert factor(bias) == expected


def test_headings_come_from_the_caller() -> None:
    rows = [PreferenceBar("😂", 1.0)]
    assert preferences_chart(rows, NEUTRAL, "", "", ("Beliebter", "")) != preferences_chart(
        rows, NEUTRAL, ""
    )


def test_zero_bias_has_no_bar() -> None:
    image = decode(preferences_chart([PreferenceBar("😂", 0)], NEUTRAL, ""))
    assert not across(image, FIRST, NEUTRAL.accent) + across(image, FIRST, NEUTRAL.opposite)

"""Bars of acceptance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts import NEUTRAL, Bar, Theme, acceptance_chart
from bot.charts.bars import HEADER_HEIGHT, ROW_HEIGHT, abbreviate_count
from bot.charts.canvas import MARGIN_POINTS
from tests.charts.pixels import (
    across,
    counts,
    decode,
    labels,
    margins_are_empty,
    shares,
    themes,
    titles,
)

FIRST = MARGIN_POINTS + HEADER_HEIGHT + ROW_HEIGHT / 2
"""The middle of the first bar under no title."""
bars = st.lists(st.builds(Bar, labels, shares, counts), min_size=1, max_size=25)


@given(bars, themes, titles, titles)
@settings(max_examples=20, deadline=None)
def test_charts_stay_within_their_margins(
    rows: list[Bar], theme: Theme, title: str, subtitle: str
) -> None:
    image = decode(acceptance_chart(rows, theme, title, subtitle))
    assert margins_are_empty(image, theme.background)
    alone = decode(acceptance_chart(rows[:1], theme, title, subtitle))
    assert image.height - alone.height == 2 * ROW_HEIGHT * (len(rows) - 1)


@given(shares)
@settings(max_examples=20, deadline=None)
def test_the_length_of_a_bar_is_its_share(share: float) -> None:
    image = decode(acceptance_chart([Bar("😂", share, 3)], NEUTRAL, ""))
    whole = decode(acceptance_chart([Bar("😂", 1, 3)], NEUTRAL, ""))
    track = across(whole, FIRST, NEUTRAL.accent)
    filled = across(image, FIRST, NEUTRAL.accent)
    assert len(filled) == pytest.approx(share * len(track), abs=2)
    assert not filled or filled[0] == track[0]


def test_an_interval_is_a_line_over_its_bar() -> None:
    image = decode(acceptance_chart([Bar("😂", 0.5, interval=(0.4, 0.7))], NEUTRAL, ""))
    plain = decode(acceptance_chart([Bar("😂", 1)], NEUTRAL, ""))
    track, line = across(plain, FIRST, NEUTRAL.accent), across(image, FIRST, NEUTRAL.text)
    ends = [track[0] + share * len(track) for share in (0.4, 0.7)]
    # Digits of the share have the same colour, to the right of the track.
    drawn = [x for x in line if x <= track[-1]]
    assert [drawn[0], drawn[-1]] == pytest.approx(ends, abs=3)


def test_bars_without_counts_are_longer() -> None:
    counted, plain = (decode(acceptance_chart([Bar("😂", 1, n)], NEUTRAL, "")) for n in (3, None))
    assert len(across(plain, FIRST, NEUTRAL.accent)) > len(across(counted, FIRST, NEUTRAL.accent))


def test_rows_keep_their_order() -> None:
    image = decode(acceptance_chart([Bar("😂", 0.2, 1), Bar(":pog:", 0.8, 1)], NEUTRAL, ""))
    few, many = (len(across(image, FIRST + n * ROW_HEIGHT, NEUTRAL.accent)) for n in (0, 1))
    assert many == pytest.approx(4 * few, rel=0.05)


def test_shares_out_of_range_are_clipped() -> None:
    beyond, whole = (acceptance_chart([Bar("😂", share, 1)], NEUTRAL, "") for share in (1.5, 1))
    assert beyond == whole


def test_headings_come_from_the_caller() -> None:
    rows = [Bar("😂", 0.5, 3)]
    same = acceptance_chart(rows, NEUTRAL, "", "", ("kept", "shown"))
    assert acceptance_chart(rows, NEUTRAL, "") == same
    assert acceptance_chart(rows, NEUTRAL, "", "", ("geblieben", "gezeigt")) != same


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0"), (99_999, "99,999"), (123_456, "123k"), (9_999_999, "10,000k"), (12_345_678, "12M")],
)
def test_counts_are_short(count: int, expected: str) -> None:
    assert abbreviate_count(count) == expected

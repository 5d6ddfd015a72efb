"""Acceptance over time."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts import NEUTRAL, DayPoint, Theme, acceptance_over_time
from bot.charts.canvas import MARGIN_POINTS, PIXELS_PER_POINT
from bot.charts.time_series import COUNTS_HEIGHT, CURVE_HEIGHT, ROW_GAP
from tests.charts.pixels import across, counts, decode, margins_are_empty, shares, themes, titles

START = datetime.date(2026, 1, 1)
dates = st.dates(START, datetime.date(2029, 1, 1))
days = st.lists(
    st.builds(DayPoint, dates, shares, counts),
    min_size=1,
    max_size=90,
    unique_by=lambda day: day.date,
)


@given(days, themes, titles, titles)
@settings(max_examples=20, deadline=None)
def test_charts_stay_within_their_margins(
    points: list[DayPoint], theme: Theme, title: str, subtitle: str
) -> None:
    image = decode(acceptance_over_time(points, theme, title, subtitle))
    assert margins_are_empty(image, theme.background)


@given(shares)
@settings(max_examples=20, deadline=None)
def test_the_height_of_a_dot_is_its_share(share: float) -> None:
    image = decode(acceptance_over_time([DayPoint(START, share, 1)], NEUTRAL, ""))
    inked = [y for y in range(image.height) if across(image, y / PIXELS_PER_POINT, NEUTRAL.accent)]
    middle = (inked[0] + inked[-1]) / 2 / PIXELS_PER_POINT
    assert middle == pytest.approx(MARGIN_POINTS + CURVE_HEIGHT - share * (CURVE_HEIGHT - 8), abs=1)


@given(st.permutations([DayPoint(START + datetime.timedelta(days=n), n / 9, n) for n in range(10)]))
@settings(max_examples=5, deadline=None)
def test_the_order_of_days_has_no_effect(points: list[DayPoint]) -> None:
    ordered = sorted(points, key=lambda day: day.date)
    assert acceptance_over_time(points, NEUTRAL, "") == acceptance_over_time(ordered, NEUTRAL, "")


def test_a_day_without_shown_emojis_has_no_column() -> None:
    first, second = DayPoint(START, 0.5, 0), DayPoint(START + datetime.timedelta(days=1), 0.5, 8)
    image = decode(acceptance_over_time([first, second], NEUTRAL, ""))
    low = round((MARGIN_POINTS + CURVE_HEIGHT + ROW_GAP + COUNTS_HEIGHT - 4) * PIXELS_PER_POINT)
    inked = {x for x in range(200, image.width) if image.getpixel((x, low)) != (247, 248, 250)}
    assert inked
    assert min(inked) > image.width / 2

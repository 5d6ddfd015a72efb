"""Taste: two sides of one line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures import NEUTRAL, Lean, Theme, taste
from bot.pictures.bars import HEAD, ROW
from bot.pictures.canvas import MARGIN
from tests.pictures.pixels import across, decode, labels, margins_are_empty, themes, titles

FIRST = MARGIN + HEAD + ROW / 2
biases = st.floats(-1e6, 1e6)
leans = st.lists(st.builds(Lean, labels, biases), min_size=1, max_size=25)


@given(leans, themes, titles, titles)
@settings(max_examples=20, deadline=None)
def test_everything_stays_in_its_place(
    rows: list[Lean], theme: Theme, title: str, subtitle: str
) -> None:
    assert margins_are_empty(decode(taste(rows, theme, title, subtitle)), theme.background)


@given(st.floats(0.05, 1), st.floats(0.05, 1))
@settings(max_examples=20, deadline=None)
def test_sides_and_lengths_follow_the_bias(more: float, less: float) -> None:
    image = decode(taste([Lean("😂", more), Lean("🔥", -less)], NEUTRAL, ""))
    right = across(image, FIRST, NEUTRAL.accent)
    left = across(image, FIRST + ROW, NEUTRAL.opposite)
    assert max(left) <= min(right)
    assert not across(image, FIRST, NEUTRAL.opposite)
    assert not across(image, FIRST + ROW, NEUTRAL.accent)
    assert len(right) * less == pytest.approx(len(left) * more, abs=3)


def test_no_bias_is_no_bar() -> None:
    image = decode(taste([Lean("😂", 0)], NEUTRAL, ""))
    assert not across(image, FIRST, NEUTRAL.accent) + across(image, FIRST, NEUTRAL.opposite)

"""Confusion matrix of shown and chosen emojis."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts import NEUTRAL, Correction, Theme, correction_matrix
from bot.charts.canvas import MARGIN_POINTS, PIXELS_PER_POINT
from bot.charts.confusion_matrix import (
    CAPTION_HEIGHT,
    CELL_HEIGHT,
    MAX_EMOJIS,
    MAX_NAMED_COLUMNS,
    count_corrections,
)
from tests.charts.pixels import (
    EMOJIS,
    across,
    counts,
    decode,
    labels,
    margins_are_empty,
    themes,
    titles,
)

swaps = st.lists(st.builds(Correction, labels, labels, counts), min_size=1, max_size=60)
some = st.sampled_from(EMOJIS[200:215])
between = st.lists(st.builds(Correction, some, some, st.integers(1, 9)), min_size=1, max_size=60)


@given(swaps, themes, titles, titles)
@settings(max_examples=20, deadline=None)
def test_charts_stay_within_their_margins(
    rows: list[Correction], theme: Theme, title: str, subtitle: str
) -> None:
    image = decode(correction_matrix(rows, theme, title, subtitle))
    assert margins_are_empty(image, theme.background)


@given(between)
def test_the_most_frequent_of_each_side_are_kept(rows: list[Correction]) -> None:
    table = count_corrections(rows)
    assert table.counts.total() == sum(row.count for row in rows)
    for side, kept in (("shown", table.shown), ("chosen", table.chosen)):
        totals: Counter[str] = Counter()
        for row in rows:
            totals[getattr(row, side)] += row.count
        assert len(kept) == min(len(totals), MAX_EMOJIS)
        assert [totals[e] for e in kept] == sorted(totals.values(), reverse=True)[:MAX_EMOJIS]


def test_long_labels_leave_fewer_columns() -> None:
    rows = [Correction("😂", f":name_{index}:", index) for index in range(1, 9)]
    assert (
        count_corrections(rows).chosen
        == [f":name_{index}:" for index in (8, 7, 6, 5, 4)][:MAX_NAMED_COLUMNS]
    )


def test_the_largest_cell_has_the_accent_colour() -> None:
    rows = [Correction("😂", "🔥", 9), Correction("😂", "😭", 3), Correction("🎉", "😭", 1)]
    image = decode(correction_matrix(rows, NEUTRAL, ""))
    first, second = (
        across(
            image,
            MARGIN_POINTS + CAPTION_HEIGHT + CELL_HEIGHT + row * CELL_HEIGHT + 6,
            NEUTRAL.accent,
        )
        for row in (0, 1)
    )
    assert len(first) > CELL_HEIGHT * PIXELS_PER_POINT / 2
    assert not second

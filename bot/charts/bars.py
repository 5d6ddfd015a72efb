"""Horizontal bars: the share kept, and out of how many."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.charts.canvas import EMOJI, Box, Canvas, Ink, nothing, page
from bot.charts.data import Bar
from bot.charts.text_line import is_drawn
from bot.charts.theme import Theme

ROW = 36
HEAD = 20
BAR = 18
SHARE = 48
COUNT = 56
GAP = 10
NAMES = 128
"""The column of labels where one of them is no emoji."""


def draw(
    bars: Sequence[Bar], theme: Theme, title: str, subtitle: str, headings: tuple[str, str]
) -> bytes:
    """See ``bot.charts.acceptance``."""
    if not bars:
        return nothing(theme, title, subtitle)
    canvas, place = page(theme, title, subtitle, HEAD + ROW * len(bars))
    names = label_width(bar.label for bar in bars)
    _columns(canvas, replace(place, height=HEAD), headings)
    for index, bar in enumerate(bars):
        _row(canvas, replace(place, top=place.top + HEAD + index * ROW, height=ROW), bar, names)
    return canvas.png()


def label_width(labels: Iterable[str]) -> float:
    """How wide the column of labels has to be."""
    return EMOJI if all(map(is_drawn, labels)) else NAMES


def short(count: int) -> str:
    """A count that fits its column."""
    if count < 100_000:
        return f"{count:,}"
    return f"{count / 1000:,.0f}k" if count < 10_000_000 else f"{count / 1_000_000:,.0f}M"


def _columns(canvas: Canvas, line: Box, headings: tuple[str, str]) -> None:
    ink, (share, count) = Ink(canvas.theme.muted, size=11, align=1), headings
    canvas.text(replace(line, left=line.right - COUNT, width=COUNT), count, ink)
    # The share's may reach over the bars; nothing stands above them.
    canvas.text(replace(line, width=line.width - COUNT), share, ink)


def _row(canvas: Canvas, line: Box, bar: Bar, names: float) -> None:
    theme = canvas.theme
    share = min(max(bar.share, 0), 1)
    canvas.label(replace(line, width=names), bar.label, Ink(theme.text, align=0))
    left = line.left + names + GAP
    track = Box(left, line.top + (ROW - BAR) / 2, line.right - COUNT - SHARE - left, BAR)
    canvas.bar(track, theme.track)
    canvas.bar(replace(track, width=track.width * share), theme.accent)
    numbers = replace(line, left=track.right, width=SHARE)
    canvas.text(numbers, f"{share:.0%}", Ink(theme.text, bold=True, align=1))
    numbers = replace(line, left=numbers.right, width=COUNT)
    canvas.text(numbers, short(bar.count), Ink(theme.muted, align=1))

"""Horizontal bars of acceptance, with counts. Lengths are in points."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.charts.canvas import EMOJI_POINTS, Box, Canvas, TextStyle, create_canvas, render_empty
from bot.charts.data import Bar
from bot.charts.text_line import is_drawable
from bot.charts.theme import Theme

ROW_HEIGHT = 36
HEADER_HEIGHT = 20
BAR_HEIGHT = 18
INTERVAL_HEIGHT = 2
SHARE_WIDTH = 48
COUNT_WIDTH = 56
COLUMN_GAP = 10
NAME_WIDTH = 128
"""Width of the labels if one of them is not an emoji."""


def draw(
    bars: Sequence[Bar], theme: Theme, title: str, subtitle: str, headings: tuple[str, str]
) -> bytes:
    """See ``bot.charts.acceptance_chart``."""
    if not bars:
        return render_empty(theme, title, subtitle)
    canvas, area = create_canvas(theme, title, subtitle, HEADER_HEIGHT + ROW_HEIGHT * len(bars))
    names = label_width(bar.label for bar in bars)
    counts = 0 if all(bar.count is None for bar in bars) else COUNT_WIDTH
    _draw_headings(canvas, replace(area, height=HEADER_HEIGHT), headings, counts)
    for index, bar in enumerate(bars):
        _draw_row(
            canvas,
            replace(area, top=area.top + HEADER_HEIGHT + index * ROW_HEIGHT, height=ROW_HEIGHT),
            bar,
            (names, counts),
        )
    return canvas.png()


def label_width(labels: Iterable[str]) -> float:
    """Return the width of the column of labels, in points."""
    return EMOJI_POINTS if all(map(is_drawable, labels)) else NAME_WIDTH


def abbreviate_count(count: int) -> str:
    """Format a count so that it fits its column."""
    if count < 100_000:
        return f"{count:,}"
    return f"{count / 1000:,.0f}k" if count < 10_000_000 else f"{count / 1_000_000:,.0f}M"


def _draw_headings(canvas: Canvas, line: Box, headings: tuple[str, str], counts: float) -> None:
    style, (share, count) = TextStyle(canvas.theme.muted, size=11, align=1), headings
    if counts:
        canvas.text(replace(line, left=line.right - counts, width=counts), count, style)
    # The heading of the shares may extend over the bars, above which nothing is drawn.
    canvas.text(replace(line, width=line.width - counts), share, style)


def _draw_row(canvas: Canvas, line: Box, bar: Bar, widths: tuple[float, float]) -> None:
    theme, (names, counts) = canvas.theme, widths
    share = min(max(bar.share, 0), 1)
    canvas.label(replace(line, width=names), bar.label, TextStyle(theme.text, align=0))
    left = line.left + names + COLUMN_GAP
    track = Box(
        left,
        line.top + (ROW_HEIGHT - BAR_HEIGHT) / 2,
        line.right - counts - SHARE_WIDTH - left,
        BAR_HEIGHT,
    )
    canvas.bar(track, theme.track)
    canvas.bar(replace(track, width=track.width * share), theme.accent)
    if bar.interval is not None:
        low, high = (track.width * end for end in bar.interval)
        middle = track.top + (BAR_HEIGHT - INTERVAL_HEIGHT) / 2
        canvas.bar(Box(left + low, middle, high - low, INTERVAL_HEIGHT), theme.text)
    numbers = replace(line, left=track.right, width=SHARE_WIDTH)
    canvas.text(numbers, f"{share:.0%}", TextStyle(theme.text, bold=True, align=1))
    if bar.count is not None:
        numbers = replace(line, left=numbers.right, width=counts)
        canvas.text(numbers, abbreviate_count(bar.count), TextStyle(theme.muted, align=1))

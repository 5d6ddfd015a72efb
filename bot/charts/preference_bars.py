"""Chart of preferences: emojis that a community likes more, and less; greatest bias first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.charts.bars import BAR_HEIGHT, ROW_HEIGHT, label_width
from bot.charts.canvas import Box, Canvas, TextStyle, create_canvas, render_empty
from bot.charts.data import PreferenceBar
from bot.charts.theme import Theme

HEADING_HEIGHT = 30
LABEL_GAP = 8
COLUMN_GAP = 24
MAX_LABEL_WIDTH = 88
"""Width of the labels if one of them is not an emoji."""
VALUE_WIDTH = 42
MAX_FACTOR = 999
"""Largest factor that is printed."""


@dataclass(frozen=True, slots=True)
class _Side:
    heading: str
    colour: str
    sign: str
    bars: Sequence[PreferenceBar]


def draw(
    bars: Sequence[PreferenceBar],
    theme: Theme,
    title: str,
    subtitle: str,
    headings: tuple[str, str],
) -> bytes:
    """See ``bot.charts.preferences``."""
    sorted_bars = sorted(bars, key=lambda bar: -abs(bar.bias))
    more = [bar for bar in sorted_bars if bar.bias > 0]
    less = [bar for bar in sorted_bars if bar.bias < 0]
    sides = [
        side
        for side in (
            _Side(headings[0], theme.accent, "×", more),
            _Side(headings[1], theme.opposite, "÷", less),
        )
        if side.bars
    ]
    if not sides:
        return render_empty(theme, title, subtitle)
    canvas, area = create_canvas(
        theme, title, subtitle, HEADING_HEIGHT + ROW_HEIGHT * max(len(s.bars) for s in sides)
    )
    # A single column keeps its half, so that bars of two charts can be compared.
    column = replace(area, width=(area.width - COLUMN_GAP) / 2)
    labels_width = min(label_width(bar.label for bar in bars), MAX_LABEL_WIDTH)
    for index, side in enumerate(sides):
        left = area.left + index * (column.width + COLUMN_GAP)
        _column(canvas, replace(column, left=left), side, labels_width, abs(sorted_bars[0].bias))
    return canvas.png()


def factor(bias: float) -> str:
    """Return the factor by which log-odds change the probability of a rare event."""
    value = min(math.exp(min(abs(bias), math.log(MAX_FACTOR))), MAX_FACTOR)
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _column(canvas: Canvas, area: Box, side: _Side, labels_width: float, max_bias: float) -> None:
    theme = canvas.theme
    heading = replace(area, height=HEADING_HEIGHT - LABEL_GAP)
    canvas.text(heading, side.heading, TextStyle(side.colour, bold=True))
    for index, bar in enumerate(side.bars):
        top = area.top + HEADING_HEIGHT + index * ROW_HEIGHT
        row = replace(area, top=top, height=ROW_HEIGHT)
        canvas.label(replace(row, width=labels_width), bar.label, TextStyle(theme.text, size=12))
        left = area.left + labels_width + LABEL_GAP
        width = area.right - VALUE_WIDTH - left
        track = Box(left, row.top + (ROW_HEIGHT - BAR_HEIGHT) / 2, width, BAR_HEIGHT)
        canvas.bar(track, theme.track)
        canvas.bar(replace(track, width=width * abs(bar.bias) / max_bias), side.colour)
        value = replace(row, left=track.right, width=VALUE_WIDTH)
        text = side.sign + factor(bar.bias)
        canvas.text(value, text, TextStyle(theme.text, bold=True, align=1))

"""Two columns: what is liked more here than elsewhere, and what less, the strongest first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.charts.bars import BAR_HEIGHT, ROW_HEIGHT, label_width
from bot.charts.canvas import Box, Canvas, TextStyle, create_canvas, render_empty
from bot.charts.data import PreferenceBar
from bot.charts.theme import Theme

HEAD = 30
GAP = 8
BETWEEN = 24
"""The columns."""
NAMES = 88
"""The column of labels where one of them is no emoji."""
VALUE = 42
MOST = 999
"""The greatest factor that is written."""


@dataclass(frozen=True, slots=True)
class _Side:
    heading: str
    colour: str
    sign: str
    leans: Sequence[PreferenceBar]


def draw(
    leans: Sequence[PreferenceBar],
    theme: Theme,
    title: str,
    subtitle: str,
    headings: tuple[str, str],
) -> bytes:
    """See ``bot.charts.preferences``."""
    strongest = sorted(leans, key=lambda lean: -abs(lean.bias))
    more = [lean for lean in strongest if lean.bias > 0]
    less = [lean for lean in strongest if lean.bias < 0]
    sides = [
        side
        for side in (
            _Side(headings[0], theme.accent, "×", more),
            _Side(headings[1], theme.opposite, "÷", less),
        )
        if side.leans
    ]
    if not sides:
        return render_empty(theme, title, subtitle)
    canvas, place = create_canvas(
        theme, title, subtitle, HEAD + ROW_HEIGHT * max(len(s.leans) for s in sides)
    )
    # A side that is alone keeps its half: bars of two pictures can be compared.
    column = replace(place, width=(place.width - BETWEEN) / 2)
    names = min(label_width(lean.label for lean in leans), NAMES)
    for index, side in enumerate(sides):
        left = place.left + index * (column.width + BETWEEN)
        _column(canvas, replace(column, left=left), side, names, abs(strongest[0].bias))
    return canvas.png()


def factor(bias: float) -> str:
    """Return the factor by which log-odds change the probability of a rare event."""
    times = min(math.exp(min(abs(bias), math.log(MOST))), MOST)
    return f"{times:.1f}" if times < 9.95 else f"{times:.0f}"


def _column(canvas: Canvas, field: Box, side: _Side, names: float, furthest: float) -> None:
    heading = replace(field, height=HEAD - GAP)
    canvas.text(heading, side.heading, TextStyle(side.colour, bold=True))
    for index, lean in enumerate(side.leans):
        line = replace(field, top=field.top + HEAD + index * ROW_HEIGHT, height=ROW_HEIGHT)
        canvas.label(replace(line, width=names), lean.label, TextStyle(canvas.theme.text, size=12))
        left = field.left + names + GAP
        track = Box(
            left, line.top + (ROW_HEIGHT - BAR_HEIGHT) / 2, field.right - VALUE - left, BAR_HEIGHT
        )
        canvas.bar(track, canvas.theme.track)
        canvas.bar(replace(track, width=track.width * abs(lean.bias) / furthest), side.colour)
        value = replace(line, left=track.right, width=VALUE)
        text = side.sign + factor(lean.bias)
        canvas.text(value, text, TextStyle(canvas.theme.text, bold=True, align=1))

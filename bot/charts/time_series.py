"""Curve of daily acceptance, above bars of daily counts. Lengths are in points."""

import datetime
import math
from collections.abc import Sequence
from dataclasses import replace

from bot.charts.bars import abbreviate_count
from bot.charts.canvas import Box, Canvas, TextStyle, create_canvas, render_empty
from bot.charts.data import DayPoint
from bot.charts.theme import Theme, mix

AXIS_WIDTH = 48
CURVE_HEIGHT = 150
COUNTS_HEIGHT = 40
ROW_GAP = 18
DATES_HEIGHT = 22
MAX_BAR_WIDTH = 14
"""Half of it is left free at both ends of the plot."""
DATE_OVERHANG = 12
"""Space right of the plot for the label of the last date."""
MAX_DATE_STEPS = 4
"""Intervals between labelled dates."""


def draw(days: Sequence[DayPoint], theme: Theme, title: str, subtitle: str) -> bytes:
    """See ``bot.charts.acceptance_over_time``."""
    if not days:
        return render_empty(theme, title, subtitle)
    days = sorted(days, key=lambda day: day.date)
    canvas, area = create_canvas(
        theme, title, subtitle, CURVE_HEIGHT + ROW_GAP + COUNTS_HEIGHT + DATES_HEIGHT
    )
    left = area.left + AXIS_WIDTH
    plot = Box(left, area.top + 8, area.right - left - DATE_OVERHANG, CURVE_HEIGHT - 8)
    _draw_grid(canvas, plot)
    _draw_counts(canvas, Box(left, plot.bottom + ROW_GAP, plot.width, COUNTS_HEIGHT), days)
    _draw_dates(canvas, Box(left, area.bottom - DATES_HEIGHT, plot.width, DATES_HEIGHT), days)
    heights = (plot.bottom - min(max(day.share, 0), 1) * plot.height for day in days)
    canvas.curve(list(zip(_x_positions(plot, days), heights, strict=True)), theme.accent)
    return canvas.png()


def _x_positions(plot: Box, days: Sequence[DayPoint]) -> list[float]:
    """Return the x coordinate of each day; a single one is centred."""
    first, span = days[0].date, (days[-1].date - days[0].date).days
    if not span:
        return [plot.left + plot.width / 2] * len(days)
    step = (plot.width - MAX_BAR_WIDTH) / span
    return [plot.left + MAX_BAR_WIDTH / 2 + (day.date - first).days * step for day in days]


def _draw_grid(canvas: Canvas, plot: Box) -> None:
    for share in (0, 0.5, 1):
        height = plot.bottom - share * plot.height
        canvas.bar(Box(plot.left, height - 0.5, plot.width, 1), canvas.theme.track, radius=0)
        label = Box(plot.left - AXIS_WIDTH, height - 8, AXIS_WIDTH - 8, 16)
        canvas.text(label, f"{share:.0%}", TextStyle(canvas.theme.muted, size=11, align=1))


def _draw_counts(canvas: Canvas, plot: Box, days: Sequence[DayPoint]) -> None:
    theme = canvas.theme
    greatest = max(max(day.count for day in days), 1)
    span = (days[-1].date - days[0].date).days + 1
    width = max(min(plot.width / span * 0.7, MAX_BAR_WIDTH), 1)
    colour = mix(theme.track, theme.muted, 0.5)
    for day, x in zip(days, _x_positions(plot, days), strict=True):
        height = max(day.count, 0) / greatest * plot.height
        canvas.bar(Box(x - width / 2, plot.bottom - height, width, height), colour, 2)
    label = Box(plot.left - AXIS_WIDTH, plot.top, AXIS_WIDTH - 8, 16)
    canvas.text(label, abbreviate_count(greatest), TextStyle(theme.muted, size=11, align=1))
    canvas.text(
        replace(label, top=plot.bottom - 16), "shown", TextStyle(theme.muted, size=11, align=1)
    )


def _draw_dates(canvas: Canvas, line: Box, days: Sequence[DayPoint]) -> None:
    span = (days[-1].date - days[0].date).days
    step = datetime.timedelta(days=max(math.ceil(span / MAX_DATE_STEPS), 1))
    ticks = [days[0].date + index * step for index in range(span // step.days + 1)]
    places = _x_positions(line, [*(DayPoint(tick, 0, 0) for tick in ticks), days[-1]])
    style = TextStyle(canvas.theme.muted, size=11, align=0.5)
    for tick, x in zip(ticks, places, strict=False):
        # The last label may extend beyond the plot, into the overhang.
        canvas.text(replace(line, left=x - 24, width=48), f"{tick.day} {tick:%b}", style)

"""A curve over days, and under it how much each day stands for."""

import datetime
import math
from collections.abc import Sequence
from dataclasses import replace

from bot.charts.bars import short
from bot.charts.canvas import Box, Canvas, Ink, nothing, page
from bot.charts.data import DayPoint
from bot.charts.theme import Theme, mix

SCALE_WIDTH = 48
CURVE = 150
COUNTS = 40
GAP = 18
DATES = 22
WIDEST = 14
"""Of the bars; half of it is kept free at both ends of the field."""
DATE_OVERHANG = 12
"""The last date stands under the last day and reaches beyond it."""
TICKS = 4
"""Steps between dates."""


def draw(days: Sequence[DayPoint], theme: Theme, title: str, subtitle: str) -> bytes:
    """See ``bot.charts.over_time``."""
    if not days:
        return nothing(theme, title, subtitle)
    days = sorted(days, key=lambda day: day.date)
    canvas, place = page(theme, title, subtitle, CURVE + GAP + COUNTS + DATES)
    left = place.left + SCALE_WIDTH
    field = Box(left, place.top + 8, place.right - left - DATE_OVERHANG, CURVE - 8)
    _grid(canvas, field)
    _counts(canvas, Box(left, field.bottom + GAP, field.width, COUNTS), days)
    _dates(canvas, Box(left, place.bottom - DATES, field.width, DATES), days)
    heights = (field.bottom - min(max(day.share, 0), 1) * field.height for day in days)
    canvas.curve(list(zip(_across(field, days), heights, strict=True)), theme.accent)
    return canvas.png()


def _across(field: Box, days: Sequence[DayPoint]) -> list[float]:
    """Where each day stands; a lone one in the middle."""
    first, span = days[0].date, (days[-1].date - days[0].date).days
    if not span:
        return [field.left + field.width / 2] * len(days)
    step = (field.width - WIDEST) / span
    return [field.left + WIDEST / 2 + (day.date - first).days * step for day in days]


def _grid(canvas: Canvas, field: Box) -> None:
    for share in (0, 0.5, 1):
        height = field.bottom - share * field.height
        canvas.bar(Box(field.left, height - 0.5, field.width, 1), canvas.theme.track, radius=0)
        label = Box(field.left - SCALE_WIDTH, height - 8, SCALE_WIDTH - 8, 16)
        canvas.text(label, f"{share:.0%}", Ink(canvas.theme.muted, size=11, align=1))


def _counts(canvas: Canvas, field: Box, days: Sequence[DayPoint]) -> None:
    theme = canvas.theme
    most = max(max(day.count for day in days), 1)
    span = (days[-1].date - days[0].date).days + 1
    width = max(min(field.width / span * 0.7, WIDEST), 1)
    colour = mix(theme.track, theme.muted, 0.5)
    for day, across in zip(days, _across(field, days), strict=True):
        height = max(day.count, 0) / most * field.height
        canvas.bar(Box(across - width / 2, field.bottom - height, width, height), colour, 2)
    label = Box(field.left - SCALE_WIDTH, field.top, SCALE_WIDTH - 8, 16)
    canvas.text(label, short(most), Ink(theme.muted, size=11, align=1))
    canvas.text(replace(label, top=field.bottom - 16), "shown", Ink(theme.muted, size=11, align=1))


def _dates(canvas: Canvas, line: Box, days: Sequence[DayPoint]) -> None:
    span = (days[-1].date - days[0].date).days
    step = datetime.timedelta(days=max(math.ceil(span / TICKS), 1))
    ticks = [days[0].date + index * step for index in range(span // step.days + 1)]
    places = _across(line, [*(DayPoint(tick, 0, 0) for tick in ticks), days[-1]])
    ink = Ink(canvas.theme.muted, size=11, align=0.5)
    for tick, across in zip(ticks, places, strict=False):
        # The last may come close to the edge of the picture, and still has room there.
        canvas.text(replace(line, left=across - 24, width=48), f"{tick.day} {tick:%b}", ink)

"""A table of what was shown and what people chose instead; the fuller a cell, the more often."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.charts.bars import NAMES, label_width, short
from bot.charts.canvas import Box, Canvas, Ink, nothing, page
from bot.charts.data import Correction
from bot.charts.text_line import is_drawn
from bot.charts.theme import Theme, mix, readable_on

MOST = 9
"""Emojis of each side."""
MOST_NAMES = 5
"""Columns where one of them is no emoji, so that its name has room."""
FAINTEST = 0.15
"""How full the cell of a lone swap is beside one of many."""
CELL = 40
SIDE = 18
"""The line that says what a side is."""


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by row and column, the most frequent first."""

    counts: Counter[tuple[str, str]]
    shown: list[str]
    chosen: list[str]


def tabulate(swaps: Sequence[Correction]) -> Table:
    """The most frequent emojis of both sides, and the counts that they share."""
    counts: Counter[tuple[str, str]] = Counter()
    for swap in swaps:
        counts[swap.shown, swap.chosen] += swap.count
    sides: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for pair, count in counts.items():
        for side, emoji in zip(sides, pair, strict=True):
            side[emoji] += count
    shown, chosen = (sorted(side, key=lambda e: (-side[e], e))[:MOST] for side in sides)
    if not all(map(is_drawn, chosen)):
        chosen = chosen[:MOST_NAMES]
    return Table(counts, shown, chosen)


def draw(swaps: Sequence[Correction], theme: Theme, title: str, subtitle: str) -> bytes:
    """Draw; see ``bot.charts.confusion``."""
    table = tabulate([swap for swap in swaps if swap.count > 0])
    if not table.shown:
        return nothing(theme, title, subtitle)
    canvas, place = page(theme, title, subtitle, SIDE + CELL * (len(table.shown) + 1))
    names = label_width(table.shown)
    left = place.left + names + 8
    width = min((place.right - left) / len(table.chosen), NAMES)
    field = Box(left, place.top + SIDE + CELL, width * len(table.chosen), CELL * len(table.shown))
    _sides(canvas, place, field, table)
    _cells(canvas, field, table)
    return canvas.png()


def _sides(canvas: Canvas, place: Box, field: Box, table: Table) -> None:
    theme = canvas.theme
    caption = Ink(theme.muted, size=11)
    width = field.width / len(table.chosen)
    canvas.text(Box(field.left, place.top, place.right - field.left, SIDE), "chosen", caption)
    low = Box(place.left, field.top - SIDE - 2, field.left - place.left, SIDE)
    canvas.text(low, "shown", caption)
    for row, emoji in enumerate(table.shown):
        box = Box(place.left, field.top + row * CELL, field.left - place.left - 8, CELL)
        canvas.label(box, emoji, Ink(theme.text))
    for column, emoji in enumerate(table.chosen):
        box = Box(field.left + column * width, field.top - CELL, width - 2, CELL)
        canvas.label(box, emoji, Ink(theme.text, size=11, align=0.5))


def _cells(canvas: Canvas, field: Box, table: Table) -> None:
    theme = canvas.theme
    most = max(table.counts.values())
    width = field.width / len(table.chosen)
    for row, shown in enumerate(table.shown):
        for column, chosen in enumerate(table.chosen):
            count = table.counts[shown, chosen]
            cell = Box(field.left + column * width, field.top + row * CELL, width - 2, CELL - 2)
            if not count:
                canvas.bar(cell, theme.track)
                continue
            colour = mix(theme.track, theme.accent, FAINTEST + (1 - FAINTEST) * count / most)
            canvas.bar(cell, colour)
            ink = Ink(readable_on(colour, theme), size=12, bold=True, align=0.5)
            canvas.text(cell, short(count), ink)

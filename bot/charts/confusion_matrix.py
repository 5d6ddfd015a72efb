"""Confusion matrix of shown and chosen emojis, with darker cells for greater counts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.charts.bars import NAME_WIDTH, abbreviate_count, label_width
from bot.charts.canvas import Box, Canvas, TextStyle, create_canvas, render_empty
from bot.charts.data import Correction
from bot.charts.text_line import is_drawable
from bot.charts.theme import Theme, mix, readable_on

MAX_EMOJIS = 9
"""Rows and columns."""
MAX_NAMED_COLUMNS = 5
"""Columns if one of them is not an emoji, so that names have room."""
MIN_SHADE = 0.15
"""Shade of the smallest count, from 0 to 1."""
CELL_HEIGHT = 40
CAPTION_HEIGHT = 18
"""Height of the captions of rows and columns."""


@dataclass(frozen=True, slots=True)
class CorrectionTable:
    """Counts of corrections, with the most frequent emojis first."""

    counts: Counter[tuple[str, str]]
    shown: list[str]
    chosen: list[str]


def count_corrections(corrections: Sequence[Correction]) -> CorrectionTable:
    """Count corrections by shown and chosen emoji, and select the most frequent of each."""
    counts: Counter[tuple[str, str]] = Counter()
    for correction in corrections:
        counts[correction.shown, correction.chosen] += correction.count
    sides: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for pair, count in counts.items():
        for side, emoji in zip(sides, pair, strict=True):
            side[emoji] += count
    shown, chosen = (sorted(side, key=lambda e: (-side[e], e))[:MAX_EMOJIS] for side in sides)
    if not all(map(is_drawable, chosen)):
        chosen = chosen[:MAX_NAMED_COLUMNS]
    return CorrectionTable(counts, shown, chosen)


def draw(corrections: Sequence[Correction], theme: Theme, title: str, subtitle: str) -> bytes:
    """Draw; see ``bot.charts.correction_matrix``."""
    table = count_corrections([correction for correction in corrections if correction.count > 0])
    if not table.shown:
        return render_empty(theme, title, subtitle)
    canvas, area = create_canvas(
        theme, title, subtitle, CAPTION_HEIGHT + CELL_HEIGHT * (len(table.shown) + 1)
    )
    names = label_width(table.shown)
    left = area.left + names + 8
    width = min((area.right - left) / len(table.chosen), NAME_WIDTH)
    plot = Box(
        left,
        area.top + CAPTION_HEIGHT + CELL_HEIGHT,
        width * len(table.chosen),
        CELL_HEIGHT * len(table.shown),
    )
    _draw_captions(canvas, area, plot, table)
    _draw_cells(canvas, plot, table)
    return canvas.png()


def _draw_captions(canvas: Canvas, area: Box, plot: Box, table: CorrectionTable) -> None:
    theme = canvas.theme
    caption = TextStyle(theme.muted, size=11)
    width = plot.width / len(table.chosen)
    canvas.text(Box(plot.left, area.top, area.right - plot.left, CAPTION_HEIGHT), "chosen", caption)
    low = Box(area.left, plot.top - CAPTION_HEIGHT - 2, plot.left - area.left, CAPTION_HEIGHT)
    canvas.text(low, "shown", caption)
    for row, emoji in enumerate(table.shown):
        box = Box(area.left, plot.top + row * CELL_HEIGHT, plot.left - area.left - 8, CELL_HEIGHT)
        canvas.label(box, emoji, TextStyle(theme.text))
    for column, emoji in enumerate(table.chosen):
        box = Box(plot.left + column * width, plot.top - CELL_HEIGHT, width - 2, CELL_HEIGHT)
        canvas.label(box, emoji, TextStyle(theme.text, size=11, align=0.5))


def _draw_cells(canvas: Canvas, plot: Box, table: CorrectionTable) -> None:
    theme = canvas.theme
    greatest = max(table.counts.values())
    width = plot.width / len(table.chosen)
    for row, shown in enumerate(table.shown):
        for column, chosen in enumerate(table.chosen):
            count = table.counts[shown, chosen]
            cell = Box(
                plot.left + column * width, plot.top + row * CELL_HEIGHT, width - 2, CELL_HEIGHT - 2
            )
            if not count:
                canvas.bar(cell, theme.track)
                continue
            colour = mix(theme.track, theme.accent, MIN_SHADE + (1 - MIN_SHADE) * count / greatest)
            canvas.bar(cell, colour)
            style = TextStyle(readable_on(colour, theme), size=12, bold=True, align=0.5)
            canvas.text(cell, abbreviate_count(count), style)

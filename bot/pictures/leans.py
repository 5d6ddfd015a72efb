"""Bars to both sides of a centre line: liked less than elsewhere, liked more."""

from collections.abc import Sequence
from dataclasses import replace

from bot.pictures.bars import BAR, GAP, HEAD, ROW, label_width
from bot.pictures.canvas import Box, Canvas, Ink, nothing, page
from bot.pictures.rows import Lean
from bot.pictures.theme import Theme

VALUE = 44


def draw(leans: Sequence[Lean], theme: Theme, title: str, subtitle: str) -> bytes:
    """See ``bot.pictures.taste``."""
    if not leans:
        return nothing(theme, title, subtitle)
    canvas, place = page(theme, title, subtitle, HEAD + ROW * len(leans))
    names = label_width(lean.label for lean in leans)
    left = place.left + names + GAP
    field = Box(left, place.top, place.right - left, place.height)
    _sides(canvas, field)
    furthest = max(abs(lean.bias) for lean in leans) or 1
    for index, lean in enumerate(leans):
        line = replace(field, top=place.top + HEAD + index * ROW, height=ROW)
        canvas.label(replace(line, left=place.left, width=names), lean.label, Ink(theme.text))
        _row(canvas, line, lean.bias, abs(lean.bias) / furthest)
    return canvas.png()


def _sides(canvas: Canvas, field: Box) -> None:
    theme, half = canvas.theme, field.width / 2
    line = replace(field, width=half - GAP, height=HEAD)
    canvas.text(line, "← less than elsewhere", Ink(theme.muted, size=11, align=1))
    line = replace(line, left=field.left + half + GAP)
    canvas.text(line, "more than elsewhere →", Ink(theme.muted, size=11))
    centre = Box(field.left + half - 0.5, field.top + 2, 1, field.height - 2)
    canvas.bar(centre, theme.muted, radius=0)


def _row(canvas: Canvas, line: Box, bias: float, reach: float) -> None:
    theme = canvas.theme
    centre = line.left + line.width / 2
    length = reach * (line.width / 2 - VALUE)
    left = centre if bias > 0 else centre - length
    box = Box(left, line.top + (ROW - BAR) / 2, length, BAR)
    canvas.bar(box, theme.accent if bias > 0 else theme.opposite)
    text = f"{bias:+.1f}".replace("-", "−")
    number = replace(line, left=box.right + 6 if bias > 0 else box.left - VALUE, width=VALUE - 6)
    canvas.text(number, text, Ink(theme.text, bold=True, align=0 if bias > 0 else 1))

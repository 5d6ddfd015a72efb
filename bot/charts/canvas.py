"""A picture in the making: everything is said in points, two pixels each."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw

from bot.charts.emoji_images import sprite
from bot.charts.text_line import Line, font, is_drawn, units
from bot.charts.theme import Theme

SCALE = 2
SMOOTH = 4
"""Pillow's shapes have hard edges: they are drawn this much larger, then shrunk."""
WIDTH = 480
MARGIN = 20
EMOJI = 28
NOTHING = "Nothing yet"


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the canvas, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Where it ends, downwards."""
        return self.top + self.height

    def pixels(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom on the image."""
        edges = (self.left, self.top, self.right, self.bottom)
        left, top, right, bottom = (round(edge * SCALE) for edge in edges)
        return left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Ink:
    """How text looks."""

    colour: str
    size: int = 13
    bold: bool = False
    align: float = 0
    """Where it stands in its box: 0 left, 0.5 in the middle, 1 right."""


class Canvas:
    """An image of a theme's background with its headings on it."""

    def __init__(self, theme: Theme, height: float) -> None:
        """Nothing is on it yet."""
        self.theme = theme
        self.image = Image.new("RGB", (WIDTH * SCALE, round(height * SCALE)), theme.background)
        self._draw = ImageDraw.Draw(self.image)

    def text(self, box: Box, text: str, ink: Ink) -> None:
        """One line in the middle of the box's height, cut to its width."""
        face = font(ink.size * SCALE, ink.bold)
        line = Line(units(text), face).cut(box.width * SCALE)
        pen = box.left * SCALE + ink.align * (box.width * SCALE - line.width())
        middle = (box.top + box.height / 2) * SCALE
        # Capitals stand in the middle, whatever hangs below the line.
        base = middle + face.getbbox("H", anchor="ls")[1] / -2
        for piece, emoji in line.runs():
            if emoji:
                size = line.emoji_size
                self._paste(piece, round(pen), round(middle - size / 2), size)
            else:
                self._draw.text((round(pen), round(base)), piece, ink.colour, face, anchor="ls")
            pen += line.advance(piece, emoji)

    def label(self, box: Box, label: str, ink: Ink) -> None:
        """An emoji as large as it ships, anything else as text."""
        if not is_drawn(label):
            self.text(box, label, ink)
            return
        size = round(min(EMOJI, box.height, box.width) * SCALE)
        left, top, right, bottom = box.pixels()
        self._paste(
            label, left + round(ink.align * (right - left - size)), (top + bottom - size) // 2, size
        )

    def bar(self, box: Box, colour: str, radius: float = 4) -> None:
        """A filled rectangle with round corners; nothing where it has no width."""
        left, top, right, bottom = box.pixels()
        if right <= left or bottom <= top:
            return
        size = (right - left, bottom - top)
        mask = Image.new("L", (size[0] * SMOOTH, size[1] * SMOOTH))
        ImageDraw.Draw(mask).rounded_rectangle(
            (0, 0, mask.width - 1, mask.height - 1),
            min(radius * SCALE * SMOOTH, mask.width / 2, mask.height / 2),
            fill=255,
        )
        self.image.paste(colour, (left, top), mask.resize(size, Image.Resampling.BOX))

    def curve(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """A line through the points, with a dot on each where they are few."""
        mask = Image.new("L", (self.image.width * SMOOTH // 2, self.image.height * SMOOTH // 2))
        draw = ImageDraw.Draw(mask)
        unit = SCALE * SMOOTH // 2
        draw.line([(x * unit, y * unit) for x, y in points], 255, round(2.5 * unit), joint="curve")
        for x, y in points if len(points) <= 31 else (points[0], points[-1]):
            draw.circle((x * unit, y * unit), 3.5 * unit, 255)
        self.image.paste(colour, (0, 0), mask.resize(self.image.size, Image.Resampling.BOX))

    def png(self) -> bytes:
        """The picture as a file."""
        return _png(self.image)

    def _paste(self, emoji: str, left: int, top: int, size: int) -> None:
        picture = sprite(emoji, size)
        self.image.paste(picture, (left, top), picture)


def page(theme: Theme, title: str, subtitle: str, height: float) -> tuple[Canvas, Box]:
    """A canvas with its headings, and the place below them, ``height`` points high."""
    top = MARGIN + (26 if title else 0) + (20 if subtitle else 0)
    canvas = Canvas(theme, top + height + MARGIN)
    line = Box(MARGIN, MARGIN - 2, WIDTH - 2 * MARGIN, 22)
    if title:
        canvas.text(line, title, Ink(theme.text, size=17, bold=True))
        line = replace(line, top=line.bottom)
    if subtitle:
        canvas.text(line, subtitle, Ink(theme.muted))
    return canvas, Box(MARGIN, top, WIDTH - 2 * MARGIN, height)


def nothing(theme: Theme, title: str, subtitle: str) -> bytes:
    """A picture without rows."""
    canvas, place = page(theme, title, subtitle, 72)
    canvas.label(replace(place, height=40), "🌱", Ink(theme.muted, align=0.5))
    low = replace(place, top=place.top + 42, height=24)
    canvas.text(low, NOTHING, Ink(theme.muted, align=0.5))
    return canvas.png()


def stack(pictures: Sequence[bytes]) -> bytes:
    """See ``bot.charts.stack``."""
    if not pictures:
        raise ValueError("there is no picture to stack")
    images = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
    whole = Image.new(
        "RGB",
        (max(image.width for image in images), sum(image.height for image in images)),
        images[0].getpixel((0, 0)),
    )
    top = 0
    for image in images:
        whole.paste(image, (0, top))
        top += image.height
    return _png(whole)


def _png(image: Image.Image) -> bytes:
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()

"""Canvas of a chart; all lengths are in points unless named otherwise."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw

from bot.charts.emoji_images import emoji_image
from bot.charts.text_line import Line, font, is_drawable, split_units
from bot.charts.theme import Theme

PIXELS_PER_POINT = 2
SUPERSAMPLING = 4
"""Factor by which shapes are drawn larger and scaled down, as Pillow does not antialias them."""
WIDTH_POINTS = 480
MARGIN_POINTS = 20
EMOJI_POINTS = 28
EMPTY_MESSAGE = "Nothing yet"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the canvas, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x coordinate of the right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The y coordinate of the lower edge."""
        return self.top + self.height

    def pixels(self) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in pixels."""
        edges = (self.left, self.top, self.right, self.bottom)
        left, top, right, bottom = (round(edge * PIXELS_PER_POINT) for edge in edges)
        return left, top, right, bottom


@dataclass(frozen=True, slots=True)
class TextStyle:
    """Colour, size in points, weight and alignment of text."""

    colour: str
    size: int = 13
    bold: bool = False
    align: float = 0
    """0 for left, 0.5 for centred, 1 for right."""


class Canvas:
    """An image with drawing operations in points."""

    def __init__(self, theme: Theme, height: float) -> None:
        """Create an image of the theme's background colour."""
        self.theme = theme
        self.image = Image.new(
            "RGB",
            (WIDTH_POINTS * PIXELS_PER_POINT, round(height * PIXELS_PER_POINT)),
            theme.background,
        )
        self._draw = ImageDraw.Draw(self.image)

    def text(self, box: Box, text: str, style: TextStyle) -> None:
        """Draw one line, centred vertically in the box and truncated to its width."""
        typeface = font(style.size * PIXELS_PER_POINT, style.bold)
        line = Line(split_units(text), typeface).truncate(box.width * PIXELS_PER_POINT)
        pen = box.left * PIXELS_PER_POINT + style.align * (
            box.width * PIXELS_PER_POINT - line.width()
        )
        middle = (box.top + box.height / 2) * PIXELS_PER_POINT
        # Centre capital letters, regardless of descenders.
        base = middle + typeface.getbbox("H", anchor="ls")[1] / -2
        for piece, emoji in line.runs():
            if emoji:
                size = line.emoji_size
                self._paste(piece, round(pen), round(middle - size / 2), size)
            else:
                self._draw.text(
                    (round(pen), round(base)), piece, style.colour, typeface, anchor="ls"
                )
            pen += line.advance(piece, emoji)

    def label(self, box: Box, label: str, style: TextStyle) -> None:
        """Draw an emoji as an image, anything else as text."""
        if not is_drawable(label):
            self.text(box, label, style)
            return
        size = round(min(EMOJI_POINTS, box.height, box.width) * PIXELS_PER_POINT)
        left, top, right, bottom = box.pixels()
        self._paste(
            label,
            left + round(style.align * (right - left - size)),
            (top + bottom - size) // 2,
            size,
        )

    def bar(self, box: Box, colour: str, radius: float = 4) -> None:
        """Draw a filled rectangle with rounded corners, unless it is narrower than a pixel."""
        left, top, right, bottom = box.pixels()
        if right <= left or bottom <= top:
            return
        size = (right - left, bottom - top)
        mask = Image.new("L", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING))
        ImageDraw.Draw(mask).rounded_rectangle(
            (0, 0, mask.width - 1, mask.height - 1),
            min(radius * PIXELS_PER_POINT * SUPERSAMPLING, mask.width / 2, mask.height / 2),
            fill=255,
        )
        self.image.paste(colour, (left, top), mask.resize(size, Image.Resampling.BOX))

    def curve(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Draw a line through points, with a dot on each if there are at most 31."""
        mask = Image.new(
            "L", (self.image.width * SUPERSAMPLING // 2, self.image.height * SUPERSAMPLING // 2)
        )
        draw = ImageDraw.Draw(mask)
        unit = PIXELS_PER_POINT * SUPERSAMPLING // 2
        draw.line([(x * unit, y * unit) for x, y in points], 255, round(2.5 * unit), joint="curve")
        for x, y in points if len(points) <= 31 else (points[0], points[-1]):
            draw.circle((x * unit, y * unit), 3.5 * unit, 255)
        self.image.paste(colour, (0, 0), mask.resize(self.image.size, Image.Resampling.BOX))

    def png(self) -> bytes:
        """Return the image as PNG."""
        return _png(self.image)

    def _paste(self, emoji: str, left: int, top: int, size: int) -> None:
        picture = emoji_image(emoji, size)
        self.image.paste(picture, (left, top), picture)


def create_canvas(theme: Theme, title: str, subtitle: str, height: float) -> tuple[Canvas, Box]:
    """Return a canvas with title and subtitle, and the area of ``height`` points below them."""
    top = MARGIN_POINTS + (26 if title else 0) + (20 if subtitle else 0)
    canvas = Canvas(theme, top + height + MARGIN_POINTS)
    line = Box(MARGIN_POINTS, MARGIN_POINTS - 2, WIDTH_POINTS - 2 * MARGIN_POINTS, 22)
    if title:
        canvas.text(line, title, TextStyle(theme.text, size=17, bold=True))
        line = replace(line, top=line.bottom)
    if subtitle:
        canvas.text(line, subtitle, TextStyle(theme.muted))
    return canvas, Box(MARGIN_POINTS, top, WIDTH_POINTS - 2 * MARGIN_POINTS, height)


def render_empty(theme: Theme, title: str, subtitle: str) -> bytes:
    """Draw a chart that says that there are no data."""
    canvas, area = create_canvas(theme, title, subtitle, 72)
    canvas.label(replace(area, height=40), "🌱", TextStyle(theme.muted, align=0.5))
    low = replace(area, top=area.top + 42, height=24)
    canvas.text(low, EMPTY_MESSAGE, TextStyle(theme.muted, align=0.5))
    return canvas.png()


def stack(charts: Sequence[bytes]) -> bytes:
    """See ``bot.charts.stack_charts``."""
    if not charts:
        raise ValueError("there are no charts to stack")
    images = [Image.open(io.BytesIO(chart)).convert("RGB") for chart in charts]
    stacked = Image.new(
        "RGB",
        (max(image.width for image in images), sum(image.height for image in images)),
        images[0].getpixel((0, 0)),
    )
    top = 0
    for image in images:
        stacked.paste(image, (0, top))
        top += image.height
    return _png(stacked)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()

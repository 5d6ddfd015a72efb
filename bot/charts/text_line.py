"""A line of text with emojis, without characters that the fonts lack, truncated to a width."""

import io
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby

from PIL import ImageFont

from bot.charts.emoji_images import ASSETS, drawable_emojis
from model.emoji import canonical, emoji_spans

ELLIPSIS = "…"
MAX_CHARACTERS = 200
"""No chart is wide enough for more."""


@cache
def _file(weight: str) -> bytes:
    return ASSETS.joinpath(f"Inter-{weight}.ttf").read_bytes()


@lru_cache(maxsize=32)
def font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """Return Inter at a size in pixels, with the same layout with and without Raqm."""
    weight = "SemiBold" if bold else "Regular"
    return ImageFont.truetype(io.BytesIO(_file(weight)), size, layout_engine=ImageFont.Layout.BASIC)


def is_drawable(text: str) -> bool:
    """Return True if the text is one emoji with an image."""
    return canonical(text) in drawable_emojis()


def split_units(text: str) -> list[str]:
    """Split a line into emojis and characters; runs that cannot be drawn become "…"."""
    line = " ".join(unicodedata.normalize("NFC", text[:MAX_CHARACTERS]).split())
    found: list[str] = []
    for unit in _split_emojis(line):
        if is_drawable(unit):  # first, since Python may not know a new emoji's category
            found.append(unit)
        elif unicodedata.category(unit[0])[0] == "C":
            continue  # control characters and stray joiners
        elif _has_glyph(unit):
            found.append(unit)
        elif found[-1:] != [ELLIPSIS]:
            found.append(ELLIPSIS)
    if len(text) > MAX_CHARACTERS:
        found.append(ELLIPSIS)
    return found


def _split_emojis(line: str) -> Iterator[str]:
    end = 0
    for start, stop in emoji_spans(line):
        yield from line[end:start]
        yield line[start:stop]
        end = stop
    yield from line[end:]


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    probe = font(16, bold=False)
    missing = probe.getmask("\uffff")
    mask = probe.getmask(character)
    return (mask.size, bytes(mask)) != (missing.size, bytes(missing))


@dataclass(frozen=True, slots=True)
class Line:
    """Text in a font, as runs of characters and single emojis."""

    units: Sequence[str]
    font: ImageFont.FreeTypeFont

    def runs(self) -> list[tuple[str, bool]]:
        """Return the pieces to draw in order, each with True if it is an emoji."""
        pieces: list[tuple[str, bool]] = []
        for emoji, group in groupby(self.units, is_drawable):
            run = list(group)
            pieces += [(unit, True) for unit in run] if emoji else [("".join(run), False)]
        return pieces

    def width(self) -> float:
        """Return the width in pixels."""
        return sum(self.advance(piece, emoji) for piece, emoji in self.runs())

    def advance(self, piece: str, emoji: bool) -> float:
        """Return the horizontal advance of a piece in pixels."""
        return self.emoji_size * 1.1 if emoji else self.font.getlength(piece)

    @property
    def emoji_size(self) -> int:
        """Size of an emoji within text, in pixels."""
        return round(self.font.size * 1.2)

    def truncate(self, width: float) -> "Line":
        """Return the line if it fits into ``width`` pixels, else its beginning and "…"."""
        if self.width() <= width:
            return self
        fits = bisect_right(
            range(len(self.units)), width, key=lambda n: self._truncated_to(n).width()
        )
        return self._truncated_to(fits - 1) if fits else Line((), self.font)

    def _truncated_to(self, length: int) -> "Line":
        return Line((*self.units[:length], ELLIPSIS), self.font)

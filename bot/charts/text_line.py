"""One line of text with emojis in it: measured, cut to a width, free of what cannot be written."""

import io
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby

from PIL import ImageFont

from bot.charts.emoji_images import ASSETS, drawn
from model.emoji import canonical, emoji_spans

ELLIPSIS = "…"
LONGEST = 200
"""Characters that are looked at; no picture is wide enough for more."""


@cache
def _file(weight: str) -> bytes:
    return ASSETS.joinpath(f"Inter-{weight}.ttf").read_bytes()


@lru_cache(maxsize=32)
def font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """Inter at a size in pixels, laid out alike on every machine (Raqm may be missing)."""
    weight = "SemiBold" if bold else "Regular"
    return ImageFont.truetype(io.BytesIO(_file(weight)), size, layout_engine=ImageFont.Layout.BASIC)


def is_drawn(text: str) -> bool:
    """Whether the text is one emoji that there is a picture of."""
    return canonical(text) in drawn()


def units(text: str) -> list[str]:
    """The emojis and characters of a line that can be drawn; runs of others become "…"."""
    line = " ".join(unicodedata.normalize("NFC", text[:LONGEST]).split())
    found: list[str] = []
    for unit in _cut(line):
        if is_drawn(unit):  # first, as Python may not know a new emoji's category
            found.append(unit)
        elif unicodedata.category(unit[0])[0] == "C":
            continue  # controls, and joiners that join nothing
        elif _written(unit):
            found.append(unit)
        elif found[-1:] != [ELLIPSIS]:
            found.append(ELLIPSIS)
    if len(text) > LONGEST:
        found.append(ELLIPSIS)
    return found


def _cut(line: str) -> Iterator[str]:
    end = 0
    for start, stop in emoji_spans(line):
        yield from line[end:start]
        yield line[start:stop]
        end = stop
    yield from line[end:]


@lru_cache(maxsize=4096)
def _written(character: str) -> bool:
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
        """Pieces to draw one after the other, and whether each is an emoji."""
        pieces: list[tuple[str, bool]] = []
        for emoji, group in groupby(self.units, is_drawn):
            run = list(group)
            pieces += [(unit, True) for unit in run] if emoji else [("".join(run), False)]
        return pieces

    def width(self) -> float:
        """In pixels."""
        return sum(self.advance(piece, emoji) for piece, emoji in self.runs())

    def advance(self, piece: str, emoji: bool) -> float:
        """How far a piece moves the pen."""
        return self.emoji_size * 1.1 if emoji else self.font.getlength(piece)

    @property
    def emoji_size(self) -> int:
        """Pixels of an emoji among letters."""
        return round(self.font.size * 1.2)

    def cut(self, width: float) -> "Line":
        """The whole line where it fits, else its beginning and "…"."""
        if self.width() <= width:
            return self
        fits = bisect_right(range(len(self.units)), width, key=lambda n: self._begun(n).width())
        return self._begun(fits - 1) if fits else Line((), self.font)

    def _begun(self, length: int) -> "Line":
        return Line((*self.units[:length], ELLIPSIS), self.font)

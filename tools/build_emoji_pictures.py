r"""Draw every emoji of ``model/emoji_names.json`` from Noto Color Emoji into one archive.

Pillow cannot draw the font itself (COLRv1), and an operator's machine may have none. Unpack the
npm package ``@fontsource/noto-color-emoji`` (5.3.2, the font is 2.057, OFL 1.1), install the PyPI
packages ``blackrenderer skia-python fonttools brotli pillow``, then:
``python tools/build_emoji_pictures.py PACKAGE/files/noto-color-emoji-emoji-400-normal.woff2 \
bot/charts/assets/emoji.zip``.
"""

import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import uharfbuzz
from blackrenderer.backends import getSurfaceClass
from blackrenderer.font import BlackRendererFont
from fontTools.ttLib import TTFont
from PIL import Image

NAMES = Path(__file__).parents[1] / "model" / "emoji_names.json"
SIZE = 56
"""Pixels; what ``bot.charts`` draws unscaled."""
CELL = (0, 352 - 640, 1280, 352 + 640)
"""Where the font draws, in its units: all bounds found lie inside."""
STANDS_FOR = {  # canonical forms that exist with skin tones only -> the same thing without
    "👨‍🐰‍👨": "👯",
    "👩‍🐰‍👩": "👯",
    "🧑‍🐰‍🧑": "👯",
    "👨‍🫯‍👨": "🤼",
    "👩‍🫯‍👩": "🤼",
    "🧑‍🫯‍🧑": "🤼",
    "👨‍🤝‍👨": "👬",
    "👩‍🤝‍👩": "👭",
    "👩‍🤝‍👨": "👫",
    "🧑‍❤‍💋‍🧑": "💏",
    "🧑‍❤‍🧑": "💑",
    "🫱‍🫲": "🤝",
}


class Painter:
    """One font, and the picture of an emoji in it."""

    def __init__(self, woff2: str, folder: Path) -> None:
        """Unpack the font, as the renderer and the shaper read TrueType."""
        font = TTFont(woff2)
        font.flavor = None
        font.save(folder / "font.ttf")
        self._renderer = BlackRendererFont(folder / "font.ttf")
        self._shaper = uharfbuzz.Font(
            uharfbuzz.Face(uharfbuzz.Blob.from_file_path(folder / "font.ttf"))
        )
        self._scratch = folder / "glyph.png"

    def paint(self, emoji: str) -> bytes:
        """The emoji as WebP; an emoji that the font does not have as one glyph is an error."""
        buffer = uharfbuzz.Buffer()
        buffer.add_str(emoji)
        buffer.guess_segment_properties()
        uharfbuzz.shape(self._shaper, buffer)
        glyphs = [info.codepoint for info in buffer.glyph_infos]
        if len(glyphs) != 1 or not glyphs[0]:
            raise ValueError(f"{emoji} is no single glyph of this font")
        surface = getSurfaceClass("skia")()
        with surface.canvas(CELL) as canvas:
            self._renderer.drawGlyph(self._renderer.glyphNames[glyphs[0]], canvas)
        surface.saveImage(self._scratch)
        picture = Image.open(self._scratch).convert("RGBA").resize((SIZE, SIZE), Image.LANCZOS)
        packed = io.BytesIO()
        picture.save(packed, "WEBP", quality=80, method=6)
        return packed.getvalue()


def main() -> None:
    """Write the archive: one stored member an emoji, named by it; the same bytes every time."""
    woff2, target = sys.argv[1:]
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive,
    ):
        painter = Painter(woff2, Path(folder))
        for emoji in json.loads(NAMES.read_text(encoding="utf-8")):
            picture = painter.paint(STANDS_FOR.get(emoji, emoji))
            archive.writestr(zipfile.ZipInfo(emoji), picture)


if __name__ == "__main__":
    main()

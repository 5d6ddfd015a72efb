r"""Generate the images of all emojis in ``model/emoji_names.json`` from Noto Color Emoji.

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
"""Pixels; the size in ``bot.charts``."""
CELL = (0, 352 - 640, 1280, 352 + 640)
"""Drawing area in font units, which includes the bounds of all glyphs."""
EQUIVALENT = {  # canonical forms that exist only with skin tones -> the form without
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
    """Renderer of the font's glyphs."""

    def __init__(self, woff2: str, folder: Path) -> None:
        """Convert the font to TrueType for the renderer and the shaper."""
        font = TTFont(woff2)
        font.flavor = None
        font.save(folder / "font.ttf")
        self._renderer = BlackRendererFont(folder / "font.ttf")
        self._shaper = uharfbuzz.Font(
            uharfbuzz.Face(uharfbuzz.Blob.from_file_path(folder / "font.ttf"))
        )
        self._scratch = folder / "glyph.png"

    def paint(self, emoji: str) -> bytes:
        """Return the image of an emoji as WebP.

        Raises:
            ValueError: the font has no single glyph for it.
        """
        buffer = uharfbuzz.Buffer()
        buffer.add_str(emoji)
        buffer.guess_segment_properties()
        uharfbuzz.shape(self._shaper, buffer)
        glyphs = [info.codepoint for info in buffer.glyph_infos]
        if len(glyphs) != 1 or not glyphs[0]:
            raise ValueError(f"{emoji} has no single glyph in this font")
        surface = getSurfaceClass("skia")()
        with surface.canvas(CELL) as canvas:
            self._renderer.drawGlyph(self._renderer.glyphNames[glyphs[0]], canvas)
        surface.saveImage(self._scratch)
        picture = Image.open(self._scratch).convert("RGBA").resize((SIZE, SIZE), Image.LANCZOS)
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=80, method=6)
        return buffer.getvalue()


def main() -> None:
    """Write the archive, one uncompressed member for each emoji, reproducibly."""
    woff2, target = sys.argv[1:]
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive,
    ):
        painter = Painter(woff2, Path(folder))
        for emoji in json.loads(NAMES.read_text(encoding="utf-8")):
            picture = painter.paint(EQUIVALENT.get(emoji, emoji))
            archive.writestr(zipfile.ZipInfo(emoji), picture)


if __name__ == "__main__":
    main()

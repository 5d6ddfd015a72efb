"""Images of all emojis: Noto Color Emoji, made by ``tools/build_emoji_pictures.py``."""

import io
import zipfile
from functools import cache, lru_cache
from importlib.resources import files

from PIL import Image

from model.emoji import canonical

ASSETS = files("bot.charts").joinpath("assets")


@cache
def _archive() -> zipfile.ZipFile:
    # Read into memory (3 MB), since the file would stay open until the process ends.
    return zipfile.ZipFile(io.BytesIO(ASSETS.joinpath("emoji.zip").read_bytes()))


@cache
def drawable_emojis() -> frozenset[str]:
    """Return the canonical emojis that have an image."""
    return frozenset(_archive().namelist())


@lru_cache(maxsize=512)
def emoji_image(emoji: str, size: int) -> Image.Image:
    """Return the image of any variant of an emoji, ``size`` pixels square; it must not be changed.

    Raises:
        KeyError: the emoji has no image.
    """
    with Image.open(io.BytesIO(_archive().read(canonical(emoji)))) as picture:
        image = picture.convert("RGBA")
    return image if image.width == size else image.resize((size, size), Image.Resampling.LANCZOS)

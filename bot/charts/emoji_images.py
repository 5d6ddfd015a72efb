"""The drawn emojis that ship: Noto Color Emoji, made by ``tools/build_emoji_pictures.py``."""

import io
import zipfile
from functools import cache, lru_cache
from importlib.resources import files

from PIL import Image

from model.emoji import canonical

ASSETS = files("bot.charts").joinpath("assets")


@cache
def _archive() -> zipfile.ZipFile:
    # In memory (3 MB): a file would stay open until the process ends.
    return zipfile.ZipFile(io.BytesIO(ASSETS.joinpath("emoji.zip").read_bytes()))


@cache
def drawn() -> frozenset[str]:
    """The canonical emojis that there are pictures of."""
    return frozenset(_archive().namelist())


@lru_cache(maxsize=512)
def sprite(emoji: str, size: int) -> Image.Image:
    """A square picture of any variant of an emoji, ``size`` pixels wide; not to be altered.

    Raises:
        KeyError: there is no picture of it.
    """
    with Image.open(io.BytesIO(_archive().read(canonical(emoji)))) as picture:
        image = picture.convert("RGBA")
    return image if image.width == size else image.resize((size, size), Image.Resampling.LANCZOS)

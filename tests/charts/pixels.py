"""Pixels of rendered charts."""

import io

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from bot.charts import DISCORD_DARK, DISCORD_LIGHT, NEUTRAL
from bot.charts.canvas import MARGIN_POINTS, PIXELS_PER_POINT, WIDTH_POINTS
from model.emoji import emoji_names

Pixel = tuple[int, int, int]

EMOJIS = tuple(emoji_names())
labels = st.one_of(
    st.sampled_from(EMOJIS),
    st.text(max_size=60),
    st.from_regex(r":\w{1,40}:", fullmatch=True),
)
shares = st.floats(0, 1)
counts = st.integers(0, 10**11)
themes = st.sampled_from([DISCORD_DARK, DISCORD_LIGHT, NEUTRAL])
titles = st.one_of(
    st.text(max_size=400), st.sampled_from(["W" * 300, "😂" * 300, "Ж\u0301ю 中文 عربى"])
)


def decode(png: bytes) -> Image.Image:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    image = Image.open(io.BytesIO(png))
    image.load()
    assert (image.mode, image.width) == ("RGB", WIDTH_POINTS * PIXELS_PER_POINT)
    return image


def pixel(image: Image.Image, x: int, y: int) -> Pixel:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    red, green, blue = found
    return int(red), int(green), int(blue)


def rgb(colour: str) -> Pixel:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def across(image: Image.Image, y: float, colour: str) -> list[int]:
    """Return the columns in which the pixels at ``y`` have this colour."""
    line = round(y * PIXELS_PER_POINT)
    pixels = np.asarray(image.crop((0, line, image.width, line + 1)))[0]
    return [int(x) for x in np.flatnonzero((pixels == rgb(colour)).all(-1))]


def margins_are_empty(image: Image.Image, background: str) -> bool:
    """Return True if the margins are empty; a letter may overlap by one point."""
    free = (MARGIN_POINTS - 2) * PIXELS_PER_POINT
    left = image.crop((0, 0, free, image.height))
    right = image.crop((image.width - free, 0, image.width, image.height))
    colours = {colour for side in (left, right) for _, colour in side.getcolors(1 << 20) or []}
    return colours == {rgb(background)}

"""Emoji images of the package."""

import hashlib
from collections import defaultdict

import pytest

from bot.charts.canvas import EMOJI_POINTS, PIXELS_PER_POINT
from bot.charts.emoji_images import drawable_emojis, emoji_image
from model.emoji import emoji_names

ALIKE = {
    # sequences that exist with skin tones only are drawn as what they mean without
    frozenset({"👯", "👨‍🐰‍👨", "👩‍🐰‍👩", "🧑‍🐰‍🧑"}),
    frozenset({"🤼", "👨‍🫯‍👨", "👩‍🫯‍👩", "🧑‍🫯‍🧑"}),
    frozenset({"👬", "👨‍🤝‍👨"}),
    frozenset({"👭", "👩‍🤝‍👩"}),
    frozenset({"👫", "👩‍🤝‍👨"}),
    frozenset({"💏", "🧑‍❤‍💋‍🧑"}),
    frozenset({"💑", "🧑‍❤‍🧑"}),
    frozenset({"🤝", "🫱‍🫲"}),
    frozenset({"👩‍🚀", "🧑‍🚀"}),  # alike in the font itself
}


def test_every_emoji_is_drawn() -> None:
    assert drawable_emojis() == set(emoji_names())


def test_no_image_is_blank_or_a_missing_glyph() -> None:
    """A missing glyph would look the same for several emojis; flags of one country do as well."""
    same: defaultdict[str, set[str]] = defaultdict(set)
    for emoji in emoji_names():
        picture = emoji_image(emoji, EMOJI_POINTS * PIXELS_PER_POINT)
        assert picture.size == (EMOJI_POINTS * PIXELS_PER_POINT, EMOJI_POINTS * PIXELS_PER_POINT)
        box = picture.getbbox()
        assert box is not None, emoji
        assert (box[2] - box[0]) * (box[3] - box[1]) > 100, emoji
        same[hashlib.sha256(picture.tobytes()).hexdigest()].add(emoji)
    twins = {frozenset(group) for group in same.values() if len(group) > 1}
    assert {group for group in twins if not all(map(_is_flag, group))} == ALIKE


def _is_flag(emoji: str) -> bool:
    return "🇦" <= emoji[0] <= "🇿"


@pytest.mark.parametrize(("variant", "plain"), [("❤️", "❤"), ("👍🏽", "👍"), ("🤷‍♀️", "🤷")])
def test_variants_look_like_the_plain_form(variant: str, plain: str) -> None:
    assert emoji_image(variant, 40).tobytes() == emoji_image(plain, 40).tobytes()


def test_a_heart_is_red() -> None:
    red, green, blue, alpha = emoji_image("❤", 56).getpixel((28, 28))  # type: ignore[misc]  # typed for all modes at once
    assert alpha == 255
    assert red > 200 > 100 > max(green, blue)

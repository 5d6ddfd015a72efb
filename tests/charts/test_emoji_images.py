"""The emojis that ship."""

import hashlib
from collections import defaultdict

import pytest

from bot.charts.canvas import EMOJI, SCALE
from bot.charts.emoji_images import drawn, sprite
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
    assert drawn() == set(emoji_names())


def test_none_is_a_blank_or_the_sign_of_a_missing_glyph() -> None:
    """A missing glyph would look the same for several emojis; flags of one country do as well."""
    same: defaultdict[str, set[str]] = defaultdict(set)
    for emoji in emoji_names():
        picture = sprite(emoji, EMOJI * SCALE)
        assert picture.size == (EMOJI * SCALE, EMOJI * SCALE)
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
    assert sprite(variant, 40).tobytes() == sprite(plain, 40).tobytes()


def test_a_heart_is_red() -> None:
    red, green, blue, alpha = sprite("❤", 56).getpixel((28, 28))  # type: ignore[misc]  # typed for all modes at once
    assert alpha == 255
    assert red > 200 > 100 > max(green, blue)

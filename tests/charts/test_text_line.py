"""Lines of text: supported characters and truncation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.text_line import ELLIPSIS, MAX_CHARACTERS, Line, font, split_units
from model.emoji import emoji_names

FACE = font(26, bold=False)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Überall Ёжик Ελλάδα Łódź Việt", "Überall Ёжик Ελλάδα Łódź Việt"),
        ("чaт\u0438\u0306", "чaтй"),
        ("a\tb\n c", "a b c"),
        ("サーバー general", "… general"),
        ("a中b文", "a…b…"),
        ("\u202eabc\u200b", "abc"),
        ("", ""),
    ],
)
def test_unsupported_characters_are_replaced(text: str, written: str) -> None:
    assert "".join(split_units(text)) == written


@pytest.mark.parametrize("emoji", ["😂", "❤️", "👨‍💻", "👍🏽", "🇪🇸", "🤷‍♂️", "1️⃣"])
def test_an_emoji_is_one_unit(emoji: str) -> None:
    assert split_units(f"a{emoji}b") == ["a", emoji, "b"]
    assert Line(split_units(f"a{emoji}"), FACE).runs() == [("a", False), (emoji, True)]


@given(st.text(), st.floats(0, 1500))
def test_a_long_line_is_truncated(text: str, width: float) -> None:
    whole = Line(split_units(text), FACE)
    cut = whole.truncate(width)
    assert cut.width() <= width
    if whole.width() <= width:
        assert cut is whole
    elif cut.units:
        assert cut.units[-1] == ELLIPSIS
        longer = Line((*whole.units[: len(cut.units)], ELLIPSIS), FACE)
        assert longer.width() > width or len(cut.units) > len(whole.units)


@given(st.text(st.sampled_from(["中", "ع", "a"])))
def test_consecutive_gaps_are_merged(text: str) -> None:
    assert ELLIPSIS * 2 not in "".join(split_units(text))


def test_a_very_long_text_is_truncated_first() -> None:
    assert split_units("a" * 9999) == [*"a" * MAX_CHARACTERS, ELLIPSIS]


def test_every_emoji_is_one_unit_in_text() -> None:
    assert [e for e in emoji_names() if split_units(f"a {e} b") != ["a", " ", e, " ", "b"]] == []

"""Texts that a pattern fits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.rules.patterns import InvalidExpression, RuleText, expression_test, fold, words_test
from model.text import MAX_CHARACTERS


@pytest.mark.parametrize(
    ("words", "text", "fits"),
    [
        ("gm", "GM everyone", True),
        ("gm", "fragment", False),
        ("good night", "well, Good  NIGHT!", True),
        ("good night", "good knight", False),
        ("straße", "STRASSE", True),
        ("доброе утро", "Доброе утро, друзья", True),
        ("おはよう", "みんなおはようございます", True),
        ("+1", "I say +1 to that", True),
        ("c++", "c++?", True),
        (":)", "well:)", True),
        ("❤️", "so much ❤ here", True),
    ],
)
def test_words_stand_alone_whatever_their_capitals(words: str, text: str, fits: bool) -> None:
    assert words_test(words)(RuleText.of(text)) is fits


@given(st.text(max_size=40), st.text(max_size=40))
def test_words_are_found_if_they_are_set_apart(words: str, around: str) -> None:
    if not fold(words):
        return
    text = RuleText.of(f"{around} {words} {around}")
    assert words_test(words)(text) == (fold(words) in text.folded)


@pytest.mark.parametrize(
    ("expression", "text", "fits"),
    [
        ("^gm+$", "GMMM", True),
        ("^gm+$", "gm all", False),
        (r"\p{Cyrillic}{3}", "утро", True),
        ("(a*)*b", "a" * 5000, False),
    ],
)
def test_expressions_are_searched_in_what_is_written(
    expression: str, text: str, fits: bool
) -> None:
    test, size = expression_test(expression)
    assert test(RuleText.of(text)) is fits
    assert size > 0


@pytest.mark.parametrize("expression", ["(gm", "(?=gm)", r"(\w)\1", "x{1001}", r"\pL{1,900}x"])
def test_what_re2_does_not_take_is_refused(expression: str) -> None:
    with pytest.raises(InvalidExpression, match=r"[a-z]"):
        expression_test(expression)


def test_only_what_gravity_is_read_from_is_searched() -> None:
    text = RuleText.of("." * MAX_CHARACTERS + " gm")
    assert len(text.written) == MAX_CHARACTERS
    assert not words_test("gm")(text)
    assert not re.search("gm", repr(RuleText.of("gm")))

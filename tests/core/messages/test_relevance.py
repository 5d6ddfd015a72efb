"""Texts on which a reaction is unwanted."""

import pytest

from bot.core.messages.relevance import is_relevant, without_marked_spoilers


@pytest.mark.parametrize(
    "text", ["!play song", "?help", ".skip", ";;stop", "!!ban you", "42", "2 + 2 = 4", "3,50 €", ""]
)
def test_commands_and_numbers_are_not_relevant(text: str) -> None:
    assert not is_relevant(text)


@pytest.mark.parametrize(
    "text",
    [
        "! so funny",
        "?! what",
        "$TSLA to the moon",
        "...well",
        "I got 42",
        "100%!",
        "haha",
        "🎉",
        "+1!",
    ],
)
def test_what_people_say_is_relevant(text: str) -> None:
    assert is_relevant(text)


def test_spoilers_are_removed() -> None:
    assert without_marked_spoilers("he ||dies\nat last|| haha") == "he   haha"
    assert without_marked_spoilers("a || b") == "a || b"

"""Arguments of ``/rules add``."""

import pytest

from bot.core.rules.argument import parse_number, parse_rule
from bot.core.rules.rule import InvalidRule, Rule

TOPIC = "-100/7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gm ☕", Rule("gm ", ("☕",))),
        ("gm☕", Rule("gm", ("☕",))),
        ('"good night" 😴', Rule("good night", ("😴",))),
        ("«спокойной ночи» 😴 50 %", Rule("спокойной ночи", ("😴",), 0.5)),
        ("„gute Nacht“ 😴 12,5%", Rule("gute Nacht", ("😴",), 0.125)),
        ("/^gm+ [☕]$/ ☕ 5 % hier", Rule("/^gm+ [☕]$/", ("☕",), 0.05, frozenset({TOPIC}))),
        ('"🎂" 🎉 here', Rule("🎂", ("🎉",), chats=frozenset({TOPIC}))),
        ("gm ☕ here 50 %", Rule("gm ", ("☕",), 0.5, frozenset({TOPIC}))),
        ("'good night' 😴", Rule("good night", ("😴",))),
        ("‘good night’ 😴", Rule("good night", ("😴",))),
        ("'tis ☕", Rule("'tis ", ("☕",))),
        ("/gm/i ☕", Rule("/gm/i", ("☕",))),
        ("gm ☕ 🌞", Rule("gm ", ("☕", "🌞"))),
    ],
)
def test_a_rule_is_read(text: str, expected: Rule) -> None:
    assert parse_rule(text, TOPIC) == expected


def test_outside_of_topics_here_is_everywhere() -> None:
    assert parse_rule("gm ☕ aquí", "") == Rule("gm ", ("☕",))


@pytest.mark.parametrize("text", ["", "gm", "gm ☕ please", '"gm"', "gm ☕ 300 %", "/gm/ tea"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(InvalidRule):
        parse_rule(text, TOPIC)


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "٣", "9" * 20])
def test_what_is_no_number_gets_the_usage(text: str) -> None:
    assert parse_number("12") == 12
    with pytest.raises(InvalidRule, match="usage"):
        parse_number(text)
    with pytest.raises(InvalidRule, match="usage"):
        parse_rule(" ", TOPIC)

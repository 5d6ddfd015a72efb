"""Choice of the rule of a community that fits a message."""

import logging
from dataclasses import replace

import pytest

from bot.core.rules.rule import Rule
from bot.core.rules.rule_set import NO_RULES, RuleSet
from tests.core.fakes import message

GM = Rule("gm", ("☕",), number=1)


def find(*rules: Rule, text: str = "gm all", roll: float = 0.0) -> int | None:
    given = replace(message(text), parent_chat="parent", roles=frozenset({"early"}))
    found = RuleSet(rules).find(given, lambda: roll)
    return found.number if found else None


def test_the_first_rule_that_fits_counts() -> None:
    second = Rule("/^gm/", ("🌞",), number=2)
    assert find(GM, second) == 1
    assert find(replace(GM, pattern="gn"), second) == 2
    assert find(GM, second, text="good evening") is None
    assert NO_RULES.find(message("gm"), lambda: 0.0) is None


@pytest.mark.parametrize(
    ("limited", "expected"),
    [
        (replace(GM, chats=frozenset({"chat", "other"})), 1),
        (replace(GM, chats=frozenset({"parent"})), 1),
        (replace(GM, chats=frozenset({"other"})), None),
        (replace(GM, roles=frozenset({"early", "late"})), 1),
        (replace(GM, roles=frozenset({"late"})), None),
        (replace(GM, chats=frozenset({"chat"}), roles=frozenset({"late"})), None),
        (replace(GM, chance=0.5), None),
        (replace(GM, chance=0.6), 1),
    ],
)
def test_chats_roles_and_chance_limit_a_rule(limited: Rule, expected: int | None) -> None:
    assert find(limited, roll=0.5) == expected


def test_a_lost_chance_leaves_the_message_to_the_next_rule() -> None:
    assert find(replace(GM, chance=0.4), replace(GM, number=2), roll=0.5) == 2


def test_a_stored_rule_that_re2_refuses_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert find(Rule("/(gm/", ("🔥",), number=7), GM) == 1
    assert "rule 7" in caplog.text
    assert "gm" not in caplog.text

"""Checks before a rule is stored, with refusals in every language."""

from dataclasses import replace

import pytest

from bot.core.rules.rule import MAX_PATTERN_LENGTH, MAX_RULES, InvalidRule, Rule
from bot.core.rules.validation import ReactionLimits, check_entries, check_rule, check_rules
from bot.i18n import LANGUAGES
from model.emoji import is_custom_emoji

ANY = ReactionLimits(lambda emoji: emoji != "🦖")
GM = Rule("gm", ("☕",))


def test_a_rule_gets_its_normal_form() -> None:
    given = Rule("  good \n night ", ("❤️", "❤", ":pizza:"), 0.5, frozenset({"12"}))
    expected = Rule("good night", ("❤", ":pizza:"), 0.5, frozenset({"12"}))
    assert check_rule(given, ANY) == expected
    assert check_rule(replace(GM, pattern="/gm/i"), ANY).pattern == "/gm/"
    topic = replace(GM, chats=frozenset({"-100123/7"}))
    assert check_rule(topic, ANY) == topic


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("rule", "named"),
    [
        (replace(GM, pattern=" \ufe0f "), ""),
        (replace(GM, pattern="x" * (MAX_PATTERN_LENGTH + 1)), str(MAX_PATTERN_LENGTH)),
        (replace(GM, pattern="/(gm/"), "missing )"),
        (replace(GM, emojis=()), "🤗"),
        (replace(GM, emojis=("hello",)), "🤗"),
        (replace(GM, emojis=("☕", "🦖")), "🦖"),
        (replace(GM, emojis=tuple("☕🌞🔥🎉🍕😢")), "5"),
        (replace(GM, chance=0.0), "100"),
        (replace(GM, chance=float("nan")), "100"),
        (replace(GM, chats=frozenset(map(str, range(21)))), "20"),
        (replace(GM, roles=frozenset({"admins"})), "20"),
    ],
)
def test_a_fault_is_explained(rule: Rule, named: str, language: str) -> None:
    with pytest.raises(InvalidRule) as raised:
        check_rule(rule, ANY)
    assert named in raised.value.explain(language)
    with pytest.raises(InvalidRule) as raised:
        check_entries([GM, rule], ANY)
    assert "2" in raised.value.explain(language)
    assert named in raised.value.explain(language)


def test_the_number_of_rules_and_the_cost_of_their_expressions_are_limited() -> None:
    check_rules([GM] * MAX_RULES)
    with pytest.raises(InvalidRule, match="full"):
        check_rules([GM] * (MAX_RULES + 1))
    letters = replace(GM, pattern=r"/\pL+/")
    check_rules([letters])
    with pytest.raises(InvalidRule, match="costly"):
        check_rules([letters, letters])


def test_a_platform_says_what_it_can_show() -> None:
    one = ReactionLimits(lambda emoji: not is_custom_emoji(emoji), max_emojis=1)
    assert check_rule(GM, one) == GM
    for emojis in (("☕", "🔥"), (":pizza:",)):
        with pytest.raises(InvalidRule):
            check_rule(replace(GM, emojis=emojis), one)

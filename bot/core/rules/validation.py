"""Checks of a rule, once, before it is stored."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.core.rules.patterns import MAX_PROGRAM_SIZE, InvalidExpression, expression_test, fold
from bot.core.rules.rule import (
    MAX_EMOJIS,
    MAX_PATTERN_LENGTH,
    MAX_PLACES,
    MAX_RULES,
    InvalidRule,
    Rule,
)
from model.emoji import canonical, has_emoji_form, is_custom_emoji
from model.text import storable

_PLACE = re.compile(r"-?[0-9]{1,20}(?:/[0-9]{1,20})?")
"""The id of a channel or role, or the key of a topic."""
_FLAGGED = re.compile("/.+/i")
"""An expression as other programs write what holds for every rule: whatever the capitals."""


@dataclass(frozen=True, slots=True)
class ReactionLimits:
    """Emojis that a platform can show as reactions."""

    is_usable: Callable[[str], bool]
    """Canonical emoji, or ``:name:`` -> True if the bot can react with it here."""
    max_emojis: int = MAX_EMOJIS
    """On one message."""


def check_rule(rule: Rule, limits: ReactionLimits) -> Rule:
    """Return a rule in its normal form.

    Raises:
        InvalidRule: it names the first fault.
    """
    checked = replace(rule, pattern=_check_pattern(rule.pattern))
    if not 0 < rule.chance <= 1:
        raise InvalidRule("rules.chance")
    for places in (rule.chats, rule.roles):
        if len(places) > MAX_PLACES or not all(map(_PLACE.fullmatch, places)):
            raise InvalidRule("rules.places", limit=MAX_PLACES)
    return replace(checked, emojis=_check_emojis(rule.emojis, limits))


def check_entries(rules: Sequence[Rule], limits: ReactionLimits) -> list[Rule]:
    """Return the rules of a file in their normal form.

    Raises:
        InvalidRule: it names the first rule with a fault by its place, or they are too many.
    """
    _check_number(rules)  # before the cost of compiling them
    checked = []
    for number, rule in enumerate(rules, start=1):
        try:
            checked.append(check_rule(rule, limits))
        except InvalidRule as fault:
            raise InvalidRule("rules.bad_entry", number=number, cause=fault) from None
    check_rules(checked)
    return checked


def check_rules(rules: Sequence[Rule]) -> None:
    """Check that a community's rules, each of them checked, are not too many or too costly.

    Raises:
        InvalidRule: they are.
    """
    _check_number(rules)
    expressions = [rule.expression for rule in rules]
    sizes = [expression_test(each)[1] for each in expressions if each is not None]
    if sum(sizes) > MAX_PROGRAM_SIZE:
        raise InvalidRule("rules.costly")


def _check_number(rules: Sequence[Rule]) -> None:
    if len(rules) > MAX_RULES:
        raise InvalidRule("rules.full", limit=MAX_RULES)


def _check_pattern(pattern: str) -> str:
    plain = " ".join(storable(pattern).split())
    if _FLAGGED.fullmatch(plain):
        plain = plain[:-1]
    if not fold(plain):
        raise InvalidRule("rules.no_pattern")
    if len(plain) > MAX_PATTERN_LENGTH:
        raise InvalidRule("rules.long_pattern", limit=MAX_PATTERN_LENGTH)
    expression = Rule(plain, ()).expression
    if expression is not None:
        try:
            expression_test(expression)
        except InvalidExpression as error:
            raise InvalidRule("rules.expression", cause=error) from None
    return plain


def _check_emojis(emojis: Sequence[str], limits: ReactionLimits) -> tuple[str, ...]:
    folded = dict.fromkeys(e if is_custom_emoji(e) else canonical(e) for e in emojis)
    if not folded:
        raise InvalidRule("rules.no_emoji")
    for emoji in folded:
        if not has_emoji_form(emoji):
            raise InvalidRule("rules.no_emoji")
        if not limits.is_usable(emoji):
            raise InvalidRule("rules.emoji", emoji=emoji)
    if len(folded) > limits.max_emojis:
        raise InvalidRule("rules.many_emojis", limit=limits.max_emojis)
    return tuple(folded)

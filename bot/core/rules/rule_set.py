"""The rules of a community, ready to be searched."""

import logging
from collections.abc import Callable, Sequence

from bot.core.events import IncomingMessage
from bot.core.rules.patterns import (
    InvalidExpression,
    RuleText,
    TextTest,
    expression_test,
    words_test,
)
from bot.core.rules.rule import Rule

logger = logging.getLogger(__name__)


class RuleSet:
    """Rules with their compiled patterns, in the order of their numbers."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile the patterns; a rule that another version stored and RE2 refuses is left out."""
        self.program_size = 0
        """RE2 instructions of all its expressions."""
        self._tests: list[tuple[Rule, TextTest]] = []
        for rule in rules:
            try:
                self._tests.append((rule, self._compile(rule)))
            except InvalidExpression:
                logger.warning("skipping the stored rule %d: RE2 refuses it", rule.number)

    def find(self, message: IncomingMessage, roll: Callable[[], float]) -> Rule | None:
        """Return the first rule that fits a message and wins its chance; None if there is none.

        ``roll`` is uniform in [0, 1).
        """
        if not self._tests:
            return None
        text = RuleText.of(message.text)
        chats = frozenset((message.ref.chat, message.parent_chat))
        for rule, fits in self._tests:
            if rule.holds_for(chats, message.roles) and fits(text) and roll() < rule.chance:
                return rule
        return None

    def _compile(self, rule: Rule) -> TextTest:
        if rule.expression is None:
            return words_test(rule.pattern)
        test, size = expression_test(rule.expression)
        self.program_size += size
        return test


NO_RULES = RuleSet(())

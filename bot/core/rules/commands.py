"""The rule commands: their results and texts, the same on every platform."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bot.core.chat_settings.words import write_number
from bot.core.events import MessageRef
from bot.core.export_files import ExportFileError
from bot.core.ports import RuleStore
from bot.core.rules.rule import InvalidRule, Rule
from bot.core.rules.transfer import dump_rules, load_rules
from bot.core.rules.validation import ReactionLimits, check_entries, check_rule, check_rules
from bot.i18n import localize

EXPORT_FILENAME = "rules.toml"


@dataclass(frozen=True, slots=True)
class RuleMarkup:
    """Notation of a platform for the parts of a rule."""

    emoji: Callable[[str], str] = str
    chat: Callable[[str], str] = str
    role: Callable[[str], str] = str

    def describe(self, rule: Rule) -> str:
        """Return one line: pattern, emojis, and the limits if there are any."""
        limits = [f"{write_number(Decimal(repr(rule.chance)) * 100)} %"] if rule.chance < 1 else []
        limits += [*map(self.chat, sorted(rule.chats)), *map(self.role, sorted(rule.roles))]
        note = f" ({', '.join(limits)})" if limits else ""
        return f"{rule.pattern} → {' '.join(map(self.emoji, rule.emojis))}{note}"


class RuleCommands:
    """The rule commands of one platform; each raises ``StoreFailed`` if the store fails."""

    def __init__(self, store: RuleStore) -> None:
        self._store = store

    async def rules(self, ref: MessageRef) -> list[Rule]:
        """Return the rules of a community."""
        return await self._store.rules(ref)

    async def add(
        self, ref: MessageRef, rule: Rule, limits: ReactionLimits, markup: RuleMarkup, language: str
    ) -> str:
        """Add a rule; return the confirmation, or why it does not work."""
        try:
            checked = check_rule(rule, limits)
            check_rules([*await self._store.rules(ref), checked])
        except InvalidRule as error:
            return error.explain(language)
        added = await self._store.add(ref, checked)
        return localize("rules.added", language, number=added.number, rule=markup.describe(added))

    async def remove(self, ref: MessageRef, number: int, language: str) -> str:
        """Remove the rule with this number; return the confirmation, or that there is none."""
        removed = await self._store.remove(ref, number)
        return localize("rules.removed" if removed else "rules.unknown", language, number=number)

    async def describe_all(self, ref: MessageRef, markup: RuleMarkup, language: str) -> str:
        """Return all rules, one a line, in the order in which they are tried."""
        rules = await self._store.rules(ref)
        if not rules:
            return localize("rules.none", language)
        lines = [f"{rule.number}. {markup.describe(rule)}" for rule in rules]
        return "\n".join([localize("rules.title", language), *lines])

    async def export(self, ref: MessageRef) -> bytes:
        """Return the rules as a file."""
        return dump_rules(await self._store.rules(ref))

    async def import_file(
        self, ref: MessageRef, content: bytes, limits: ReactionLimits, language: str
    ) -> str:
        """Replace the rules by those of a file, or change nothing; return which of the two."""
        try:
            rules = await asyncio.to_thread(_read, content, limits)
        except ExportFileError as error:
            return localize("rules.unreadable", language, cause=error)
        except InvalidRule as error:
            return error.explain(language)
        await self._store.replace(ref, rules)
        return localize("rules.imported", language, count=len(rules))


def _read(content: bytes, limits: ReactionLimits) -> list[Rule]:
    return check_entries(load_rules(content), limits)

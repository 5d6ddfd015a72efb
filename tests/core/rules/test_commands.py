"""The texts and results of the rule commands."""

from bot.core.rules.commands import RuleCommands, RuleMarkup
from bot.core.rules.rule import Rule
from bot.core.rules.transfer import dump_rules
from bot.core.rules.validation import ReactionLimits
from bot.i18n import localize
from tests.core.fakes import ref
from tests.core.memory_store import MemoryStore

ANY = ReactionLimits(lambda _emoji: True)
MARKUP = RuleMarkup(chat="#{}".format, role="@{}".format)
GM = Rule("gm", ("☕", "🌞"), 0.125, frozenset({"1"}), frozenset({"2"}))


async def test_rules_are_added_listed_and_removed() -> None:
    store = MemoryStore()
    commands = RuleCommands(store.rules)
    assert await commands.describe_all(ref(), MARKUP, "en") == localize("rules.none", "en")
    added = await commands.add(ref(), GM, ANY, MARKUP, "en")
    line = "gm → ☕ 🌞 (12.5 %, #1, @2)"
    assert added == localize("rules.added", "en", number=1, rule=line)
    assert (await commands.describe_all(ref(), MARKUP, "de")).endswith(f"\n1. {line}")
    refused = await commands.add(ref(), Rule("", ("☕",)), ANY, MARKUP, "ru")
    assert refused == localize("rules.no_pattern", "ru")
    assert await commands.remove(ref(), 2, "es") == localize("rules.unknown", "es", number=2)
    assert await commands.remove(ref(), 1, "en") == localize("rules.removed", "en", number=1)
    assert store.rules.stored == {("console", "home"): []}


async def test_a_file_replaces_all_rules_or_none() -> None:
    store = MemoryStore()
    commands = RuleCommands(store.rules)
    await commands.add(ref(), GM, ANY, MARKUP, "en")
    page = await commands.export(ref())
    assert page == dump_rules([GM])
    for bad in (b"gm", dump_rules([GM, Rule("/(/", ("☕",))]), dump_rules([GM] * 101)):
        text = await commands.import_file(ref(), bad, ANY, "en")
        assert text != localize("rules.imported", "en", count=2)
        assert len(await store.rules.rules(ref())) == 1
    text = await commands.import_file(ref(), dump_rules([Rule("gn", ("😴",)), GM]), ANY, "en")
    assert text == localize("rules.imported", "en", count=2)
    assert [(r.number, r.pattern) for r in await store.rules.rules(ref())] == [(1, "gn"), (2, "gm")]

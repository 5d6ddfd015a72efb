"""``/rules``: the community's rules, for admins."""

from collections.abc import Awaitable, Callable, Mapping

from bot.adapters.text_platform.commands.command import TextCommand
from bot.core.rules.argument import parse_number, parse_rule
from bot.core.rules.commands import RuleMarkup
from bot.core.rules.rule import InvalidRule
from bot.core.rules.validation import ReactionLimits
from model.emoji import is_emoji


async def rules(command: TextCommand) -> str:
    """List, add, remove, export or import rules."""
    if not command.message.is_admin:
        return command.localize("settings.admins")
    name, _, rest = command.argument.partition(" ")
    subcommand = _SUBCOMMANDS.get(name.casefold())
    if subcommand is None:
        return command.localize("rules.usage")
    return await subcommand(command, rest.strip())


async def _list(command: TextCommand, _rest: str) -> str:
    return await command.services.rule_commands.describe_all(
        command.ref, RuleMarkup(), command.language
    )


async def _add(command: TextCommand, rest: str) -> str:
    try:
        rule = parse_rule(rest, "")
    except InvalidRule as error:
        return error.explain(command.language)
    return await command.services.rule_commands.add(
        command.ref, rule, ReactionLimits(is_emoji), RuleMarkup(), command.language
    )


async def _remove(command: TextCommand, rest: str) -> str:
    try:
        number = parse_number(rest)
    except InvalidRule as error:
        return error.explain(command.language)
    return await command.services.rule_commands.remove(command.ref, number, command.language)


async def _export(command: TextCommand, _rest: str) -> str:
    return (await command.services.rule_commands.export(command.ref)).decode()


async def _import(command: TextCommand, _rest: str) -> str:
    content = await command.replied_content()
    return await command.services.rule_commands.import_file(
        command.ref, content, ReactionLimits(is_emoji), command.language
    )


_SUBCOMMANDS: Mapping[str, Callable[[TextCommand, str], Awaitable[str]]] = {
    "": _list,
    "list": _list,
    "add": _add,
    "remove": _remove,
    "export": _export,
    "import": _import,
}

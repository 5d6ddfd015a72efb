"""``/rules``: a community's own emojis for words, for admins."""

from collections.abc import Awaitable, Callable, Mapping

from telegram.constants import ChatType

from bot.adapters.telegram.allowed_reactions import ALL_REACTIONS
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.files import replied_file, send_file
from bot.adapters.telegram.permissions import is_admin
from bot.adapters.telegram.refs import thread_of
from bot.core.errors import StoreFailed
from bot.core.events import MessageRef
from bot.core.export_files import ExportFileError
from bot.core.rules.argument import parse_number, parse_rule
from bot.core.rules.commands import EXPORT_FILENAME, RuleMarkup
from bot.core.rules.rule import InvalidRule
from bot.core.rules.validation import ReactionLimits

MARKUP = RuleMarkup()


async def rules(command: CommandContext) -> None:
    """Show the rules, or run the subcommand in the argument."""
    message = command.message
    if not await is_admin(command.context, message.chat, message.sender_chat, command.user):
        await command.reply(command.localize("settings.admins"))
        return
    name, _, rest = command.argument.partition(" ")
    subcommand = _SUBCOMMANDS.get(name.casefold())
    if subcommand is None:
        await command.reply(command.localize("rules.usage"))
        return
    try:
        await subcommand(command, rest.strip())
    except StoreFailed:
        await command.reply(command.localize("error.not_stored"))


async def _list(command: CommandContext, _rest: str) -> None:
    described = command.context.rule_commands.describe_all(_ref(command), MARKUP, command.language)
    await command.reply(await described)


async def _add(command: CommandContext, rest: str) -> None:
    try:
        rule = parse_rule(rest, _topic(command))
    except InvalidRule as error:
        await command.reply(error.explain(command.language))
        return
    adding = command.context.rule_commands.add(
        _ref(command), rule, await _limits(command), MARKUP, command.language
    )
    await command.reply(await adding)


async def _remove(command: CommandContext, rest: str) -> None:
    try:
        number = parse_number(rest)
    except InvalidRule as error:
        await command.reply(error.explain(command.language))
        return
    removing = command.context.rule_commands.remove(_ref(command), number, command.language)
    await command.reply(await removing)


async def _export(command: CommandContext, _rest: str) -> None:
    content = await command.context.rule_commands.export(_ref(command))
    await send_file(command, content, EXPORT_FILENAME, command.localize("rules.exported"))


async def _import(command: CommandContext, _rest: str) -> None:
    """Replace the rules by those of the file to which the command replies."""
    try:
        content = await replied_file(command)
    except ExportFileError as error:
        await command.reply(command.localize("rules.unreadable", cause=error))
        return
    if content is None:
        await command.reply(command.localize("rules.usage"))
        return
    importing = command.context.rule_commands.import_file(
        _ref(command), content, await _limits(command), command.language
    )
    await command.reply(await importing)


async def _limits(command: CommandContext) -> ReactionLimits:
    """Return what a chat can show; what it does not allow just now, it may allow later."""
    allowed = await command.context.allowed_reactions.get(command.message.chat_id)
    return ReactionLimits((ALL_REACTIONS.keys() | allowed.keys()).__contains__, max_emojis=1)


def _topic(command: CommandContext) -> str:
    """Return the key of the topic; empty in private chats, which are answered without rules."""
    message = command.message
    if message.chat.type == ChatType.PRIVATE:
        return ""
    return command.context.topic_key(message.chat, thread_of(message))


def _ref(command: CommandContext) -> MessageRef:
    return command.context.ref(command.message.chat, 0)


_SUBCOMMANDS: Mapping[str, Callable[[CommandContext, str], Awaitable[None]]] = {
    "": _list,
    "list": _list,
    "add": _add,
    "remove": _remove,
    "export": _export,
    "import": _import,
}

"""``/preferences``: everyone may see them, admins may reset, export and import them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from telegram import CallbackQuery, Message

from bot import charts
from bot.adapters.telegram import buttons
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.files import replied_file, send_file
from bot.adapters.telegram.permissions import is_admin
from bot.core.errors import StoreFailed
from bot.core.export_files import ExportFileError
from bot.core.preferences import transfer
from bot.i18n import localize

EXPORT_FILENAME = "preferences.json"


async def preferences(command: CommandContext) -> None:
    """Show the preferences, or run the subcommand in the argument."""
    subcommand = command.argument.casefold()
    if subcommand and subcommand not in _ADMIN_COMMANDS:
        await command.reply(command.localize("preferences.usage"))
        return
    message = command.message
    if subcommand and not await is_admin(
        command.context, message.chat, message.sender_chat, command.user
    ):
        await command.reply(command.localize("preferences.admins"))
        return
    try:
        await _ADMIN_COMMANDS.get(subcommand, _show)(command)
    except StoreFailed:
        await command.reply(command.localize("error.not_stored"))


async def _show(command: CommandContext) -> None:
    chat = command.message.chat
    found = await command.context.services.service.member_requests.preferences(
        command.context.ref(chat, 0)
    )
    bars = [charts.PreferenceBar(emoji, bias) for emoji, bias in found.strongest()]
    if not bars:
        await command.reply(command.localize("preferences.nothing"))
        return
    chart = await asyncio.to_thread(
        charts.preferences_chart,
        bars,
        charts.NEUTRAL,
        command.localize("preferences.title", chat=chat.title or command.localize("settings.here")),
        command.localize("preferences.subtitle"),
        (command.localize("preferences.more"), command.localize("preferences.less")),
    )
    share = f"{found.acceptance:.0%}"
    await command.reply_photo(chart, command.localize("preferences.caption", share=share))


async def _reset(command: CommandContext) -> None:
    """Ask for confirmation of a reset."""
    await command.reply(
        command.localize("preferences.ask"), buttons.reset_confirmation(command.language)
    )


async def handle_callback(context: AdapterContext, query: CallbackQuery, name: str) -> str:
    """Reset or keep the preferences after an admin's press, and remove the buttons."""
    language, message = query.from_user.language_code, query.message
    if not isinstance(message, Message) or name not in ("yes", "no"):
        return localize("error.expired", language)
    if not await is_admin(context, message.chat, None, query.from_user.id):
        return localize("preferences.admins", language)
    key = "preferences.kept"
    try:
        if name == "yes":
            await context.services.service.member_requests.reset_preferences(
                context.ref(message.chat, 0)
            )
            key = "preferences.forgotten"
    except StoreFailed:
        return localize("error.not_stored", language)
    await context.attempt(query.edit_message_text(localize(key, language)))
    return ""


async def _export(command: CommandContext) -> None:
    requests = command.context.services.service.member_requests
    document = await requests.export_preferences(command.context.ref(command.message.chat, 0))
    content = json.dumps(document, ensure_ascii=False, indent=1).encode()
    await send_file(command, content, EXPORT_FILENAME, command.localize("preferences.exported"))


async def _import(command: CommandContext) -> None:
    """Replace the counts by those of the file to which the command replies."""
    try:
        content = await replied_file(command)
        if content is None:
            await command.reply(command.localize("preferences.usage"))
            return
        document = transfer.parse_json(content)
        await command.context.services.service.member_requests.import_preferences(
            command.context.ref(command.message.chat, 0), document
        )
    except ExportFileError as error:
        await command.reply(command.localize("preferences.unreadable", cause=error))
        return
    await command.reply(command.localize("preferences.imported"))


_ADMIN_COMMANDS: Mapping[str, Callable[[CommandContext], Awaitable[None]]] = {
    "reset": _reset,
    "export": _export,
    "import": _import,
}

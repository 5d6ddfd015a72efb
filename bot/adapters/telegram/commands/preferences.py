"""``/preferences``: everyone may see them, admins may reset, export and import them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from telegram import CallbackQuery, Document, Message

from bot import charts
from bot.adapters.telegram import buttons, events
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.permissions import is_admin
from bot.core.errors import StoreFailed
from bot.core.preferences import transfer
from bot.i18n import localize

EXPORT_FILENAME = "preferences.json"


async def preferences(ask: CommandContext) -> None:
    """Show the preferences, or run the subcommand in the argument."""
    subcommand = ask.argument.casefold()
    if subcommand and subcommand not in _ADMIN_COMMANDS:
        await ask.tell(ask.words("preferences.usage"))
        return
    message = ask.message
    if subcommand and not await is_admin(ask.parts, message.chat, message.sender_chat, ask.user):
        await ask.tell(ask.words("preferences.admins"))
        return
    try:
        await _ADMIN_COMMANDS.get(subcommand, _show)(ask)
    except StoreFailed:
        await ask.tell(ask.words("error.not_stored"))


async def _show(ask: CommandContext) -> None:
    chat = ask.message.chat
    found = await ask.parts.core.service.member_requests.preferences(ask.parts.ref(chat, 0))
    bars = [charts.PreferenceBar(emoji, bias) for emoji, bias in found.strongest()]
    if not bars:
        await ask.tell(ask.words("preferences.nothing"))
        return
    chart = await asyncio.to_thread(
        charts.preferences,
        bars,
        charts.NEUTRAL,
        ask.words("preferences.title", chat=chat.title or ask.words("settings.here")),
        ask.words("preferences.subtitle"),
        (ask.words("preferences.more"), ask.words("preferences.less")),
    )
    await ask.parts.attempt(
        ask.parts.bot.send_photo(
            chat.id,
            chart,
            caption=ask.words("preferences.caption", share=f"{found.acceptance:.0%}"),
            message_thread_id=events.thread(ask.message),
            reply_parameters=ask.reply_to,
        )
    )


async def _reset(ask: CommandContext) -> None:
    """Ask for confirmation of a reset."""
    await ask.tell(ask.words("preferences.ask"), buttons.reset_confirmation(ask.language))


async def pressed(parts: AdapterContext, query: CallbackQuery, name: str) -> str:
    """Reset or keep the preferences after an admin's press, and remove the buttons."""
    language, message = query.from_user.language_code, query.message
    if not isinstance(message, Message) or name not in ("yes", "no"):
        return localize("error.expired", language)
    if not await is_admin(parts, message.chat, None, query.from_user.id):
        return localize("preferences.admins", language)
    key = "preferences.kept"
    try:
        if name == "yes":
            await parts.core.service.member_requests.reset_preferences(parts.ref(message.chat, 0))
            key = "preferences.forgotten"
    except StoreFailed:
        return localize("error.not_stored", language)
    await parts.attempt(query.edit_message_text(localize(key, language)))
    return ""


async def _export(ask: CommandContext) -> None:
    chat = ask.message.chat
    requests = ask.parts.core.service.member_requests
    document = await requests.export_preferences(ask.parts.ref(chat, 0))
    await ask.parts.attempt(
        ask.parts.bot.send_document(
            chat.id,
            json.dumps(document, ensure_ascii=False, indent=1).encode(),
            caption=ask.words("preferences.exported"),
            filename=EXPORT_FILENAME,
            message_thread_id=events.thread(ask.message),
            reply_parameters=ask.reply_to,
        )
    )


async def _import(ask: CommandContext) -> None:
    """Replace the counts by those of the file to which the command replies."""
    replied = ask.message.reply_to_message
    if replied is None or replied.document is None:
        await ask.tell(ask.words("preferences.usage"))
        return
    try:
        transfer.check_size(replied.document.file_size)
        content = await ask.parts.attempt(_download(ask.parts, replied.document))
        if content is None:
            await ask.tell(ask.words("emoji.failed"))
            return
        document = transfer.parse_json(content)
        await ask.parts.core.service.member_requests.import_preferences(
            ask.parts.ref(ask.message.chat, 0), document
        )
    except transfer.PreferenceFileError as error:
        await ask.tell(ask.words("preferences.unreadable", cause=error))
        return
    await ask.tell(ask.words("preferences.imported"))


async def _download(parts: AdapterContext, document: Document) -> bytes:
    file = await parts.bot.get_file(document)
    return bytes(await file.download_as_bytearray())


_ADMIN_COMMANDS: Mapping[str, Callable[[CommandContext], Awaitable[None]]] = {
    "reset": _reset,
    "export": _export,
    "import": _import,
}

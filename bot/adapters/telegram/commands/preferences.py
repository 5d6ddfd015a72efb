"""``/taste``: what a chat likes; everybody may see it, admins may reset, export and import it."""

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

FILE = "taste.json"


async def taste(ask: CommandContext) -> None:
    """Show it, or do what the word after the command says."""
    word = ask.argument.casefold()
    if word and word not in _FOR_ADMINS:
        await ask.tell(ask.words("taste.usage"))
        return
    message = ask.message
    if word and not await is_admin(ask.parts, message.chat, message.sender_chat, ask.user):
        await ask.tell(ask.words("taste.admins"))
        return
    try:
        await _FOR_ADMINS.get(word, _show)(ask)
    except StoreFailed:
        await ask.tell(ask.words("error.not_stored"))


async def _show(ask: CommandContext) -> None:
    chat = ask.message.chat
    learnt = await ask.parts.core.service.member_requests.preferences(ask.parts.ref(chat, 0))
    leans = [charts.PreferenceBar(emoji, bias) for emoji, bias in learnt.strongest()]
    if not leans:
        await ask.tell(ask.words("taste.nothing"))
        return
    title = ask.words("taste.title", chat=chat.title or ask.words("settings.here"))
    subtitle = ask.words("taste.subtitle")
    headings = ask.words("taste.more"), ask.words("taste.less")
    drawn = await asyncio.to_thread(
        charts.preferences, leans, charts.NEUTRAL, title, subtitle, headings
    )
    share = f"{learnt.acceptance:.0%}"
    await ask.parts.attempt(
        ask.parts.bot.send_photo(
            chat.id,
            drawn,
            caption=ask.words("taste.caption", share=share),
            message_thread_id=events.thread(ask.message),
            reply_parameters=ask.reply_to,
        )
    )


async def _reset(ask: CommandContext) -> None:
    """Ask before forgetting."""
    await ask.tell(ask.words("taste.ask"), buttons.forgetting(ask.language))


async def pressed(parts: AdapterContext, query: CallbackQuery, name: str) -> str:
    """Forget or keep, once, for an admin: the buttons go."""
    language, message = query.from_user.language_code, query.message
    if not isinstance(message, Message) or name not in ("yes", "no"):
        return localize("error.expired", language)
    if not await is_admin(parts, message.chat, None, query.from_user.id):
        return localize("taste.admins", language)
    told = "taste.kept"
    try:
        if name == "yes":
            await parts.core.service.member_requests.reset_preferences(parts.ref(message.chat, 0))
            told = "taste.forgotten"
    except StoreFailed:
        return localize("error.not_stored", language)
    await parts.attempt(query.edit_message_text(localize(told, language)))
    return ""


async def _export(ask: CommandContext) -> None:
    chat = ask.message.chat
    document = await ask.parts.core.service.member_requests.export_preferences(
        ask.parts.ref(chat, 0)
    )
    await ask.parts.attempt(
        ask.parts.bot.send_document(
            chat.id,
            json.dumps(document, ensure_ascii=False, indent=1).encode(),
            caption=ask.words("taste.exported"),
            filename=FILE,
            message_thread_id=events.thread(ask.message),
            reply_parameters=ask.reply_to,
        )
    )


async def _import(ask: CommandContext) -> None:
    """Read the file that the command answers."""
    replied = ask.message.reply_to_message
    if replied is None or replied.document is None:
        await ask.tell(ask.words("taste.usage"))
        return
    try:
        transfer.check_size(replied.document.file_size)
        written = await ask.parts.attempt(_download(ask.parts, replied.document))
        if written is None:
            await ask.tell(ask.words("emoji.failed"))
            return
        document = transfer.parse_json(written)
        await ask.parts.core.service.member_requests.import_preferences(
            ask.parts.ref(ask.message.chat, 0), document
        )
    except transfer.PreferenceFileError as error:
        await ask.tell(ask.words("taste.unreadable", cause=error))
        return
    await ask.tell(ask.words("taste.imported"))


async def _download(parts: AdapterContext, document: Document) -> bytes:
    file = await parts.bot.get_file(document)
    return bytes(await file.download_as_bytearray())


_FOR_ADMINS: Mapping[str, Callable[[CommandContext], Awaitable[None]]] = {
    "reset": _reset,
    "export": _export,
    "import": _import,
}

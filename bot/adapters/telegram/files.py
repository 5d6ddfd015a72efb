"""Files that commands send and read."""

from telegram import Document

from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.refs import thread_of
from bot.core.export_files import ExportFileError, check_size


async def send_file(command: CommandContext, content: bytes, name: str, caption: str) -> None:
    """Reply to a command with a file."""
    await command.context.attempt(
        command.context.bot.send_document(
            command.message.chat_id,
            content,
            caption=caption,
            filename=name,
            message_thread_id=thread_of(command.message),
            reply_parameters=command.reply_to,
        )
    )


async def replied_file(command: CommandContext) -> bytes | None:
    """Return the file of the message to which a command replies; None if there is none.

    Raises:
        ExportFileError: it is too large, or Telegram does not give it.
    """
    replied = command.message.reply_to_message
    if replied is None or replied.document is None:
        return None
    check_size(replied.document.file_size)
    content = await command.context.attempt(_download(command.context, replied.document))
    if content is None:
        raise ExportFileError("Telegram did not give it; please try again")
    return content


async def _download(context: AdapterContext, document: Document) -> bytes:
    file = await context.bot.get_file(document)
    return bytes(await file.download_as_bytearray())

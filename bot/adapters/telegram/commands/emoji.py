"""``/emoji``: five emojis for a text or a message."""

from telegram import Message

from bot.adapters.telegram import events, texts
from bot.adapters.telegram.answers import answer_message
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.refs import NAME, thread_of
from bot.core.events import IncomingMessage


async def emoji(command: CommandContext) -> None:
    """Offer emojis for the text that follows, or for the message that the command replies to."""
    message, services = command.message, command.context.services
    sender = events.sender_id(message)
    replied = None if command.argument else message.reply_to_message
    if command.argument:
        text, origin = command.argument, texts.origin_of(message, services.pseudonyms)
    else:
        text, origin = texts.replied_text(message, services.pseudonyms)
    if sender is None or not text.strip():
        await command.reply(command.localize("emoji.usage"))
        return
    request = IncomingMessage(
        ref=command.context.ref(message.chat, message.message_id),
        author=services.pseudonyms.key(NAME, sender),
        text=text,
        requested=True,
        parent_chat=command.context.topic_key(message.chat, thread_of(message)),
        language=message.from_user.language_code if message.from_user else None,
        may_store_text=events.is_sent_by_member(message) and not _is_sticker(replied),
        origin=origin,
    )
    await answer_message(command.context, message, request)


def _is_sticker(message: Message | None) -> bool:
    return message is not None and message.sticker is not None

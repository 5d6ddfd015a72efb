"""``/emoji``: five emojis for a text or a message."""

from bot.adapters.telegram import events, texts
from bot.adapters.telegram.answers import answer_message
from bot.adapters.telegram.command_context import CommandContext
from bot.adapters.telegram.refs import NAME
from bot.core.events import IncomingMessage


async def emoji(command: CommandContext) -> None:
    """Offer emojis for the text that follows, or for the message that the command replies to."""
    message, services = command.message, command.context.services
    sender = events.sender_id(message)
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
        language=message.from_user.language_code if message.from_user else None,
        may_store_text=events.is_sent_by_member(message),
        origin=origin,
    )
    await answer_message(command.context, message, request)

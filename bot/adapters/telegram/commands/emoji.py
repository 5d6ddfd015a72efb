"""``/emoji``: five emojis for a text."""

from bot.adapters.telegram import events
from bot.adapters.telegram.answers import answer_message
from bot.adapters.telegram.command_context import CommandContext
from bot.core.events import IncomingMessage


async def emoji(ask: CommandContext) -> None:
    """Offer five for the text that follows, or for the message that the command answers."""
    replied = ask.message.reply_to_message
    other = (replied.text or replied.caption or "") if replied else ""
    author = events.speaker(ask.message)
    if author is None or not (ask.argument or other.strip()):
        await ask.tell(ask.words("emoji.usage"))
        return
    asked = IncomingMessage(
        ref=ask.parts.ref(ask.message.chat, ask.message.message_id),
        author=ask.parts.core.pseudonyms.key(events.NAME, author),
        text=ask.argument or other,
        requested=True,
        language=ask.message.from_user.language_code if ask.message.from_user else None,
        # Only words of one's own are one's own to give away.
        may_store_text=bool(ask.argument) and events.own_words(ask.message),
    )
    await answer_message(ask.parts, ask.message, asked)

"""The texts of messages that are read, and whose they are."""

from telegram import (
    Message,
    MessageEntity,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginUser,
    User,
)

from bot.adapters.telegram.refs import NAME
from bot.adapters.telegram.rich_texts import rich_text
from bot.core.events import AnsweredText, TextOrigin
from bot.core.members.pseudonyms import Pseudonyms
from model.emoji import canonical, emoji_names


def visible_text(message: Message) -> str:
    """Return what is written or asked, or else the sticker, without spoilers.

    A reaction would tell what they hide.
    """
    text = _written_text(message) or _sticker_text(message)
    encoded = text.encode("utf-16-le")  # offsets count UTF-16 units
    for entity in reversed((*message.entities, *message.caption_entities)):
        if entity.type == MessageEntity.SPOILER:
            start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
            hidden = " ".encode("utf-16-le") * ((min(end, len(encoded)) - start) // 2)
            encoded = encoded[:start] + hidden + encoded[end:]
    return encoded.decode("utf-16-le", "replace")


def has_picture(message: Message) -> bool:
    """Return True for a photo, an image file, an animation or a sticker."""
    kind = (message.document.mime_type or "") if message.document else ""
    shown = message.photo or message.animation or message.sticker
    return bool(shown) or kind.startswith("image/")


def _written_text(message: Message) -> str:
    """Return the text, the caption or the question of a poll; empty if there is none."""
    question = message.poll.question if message.poll else ""
    return message.text or message.caption or question or rich_text(message)


def _sticker_text(message: Message) -> str:
    """Return a sticker's emoji with its name, by which it is read."""
    emoji = message.sticker.emoji if message.sticker else None
    if emoji is None:
        return ""
    return " ".join((emoji, *emoji_names().get(canonical(emoji), ())[:1]))


def origin_of(message: Message, pseudonyms: Pseudonyms) -> TextOrigin | None:
    """Return the origin of a forwarded text; None if the sender wrote it."""
    origin = message.forward_origin
    return None if origin is None else _named(origin, pseudonyms)


def replied_text(message: Message, pseudonyms: Pseudonyms) -> tuple[str, TextOrigin]:
    """Return the text or sticker that a message replies to, or its quoted part, and the origin.

    The text is empty if there is none.
    """
    replied, outside = message.reply_to_message, message.external_reply
    quoted = message.quote.text if message.quote else ""
    if replied is not None:
        origin = origin_of(replied, pseudonyms) or _sender(replied, pseudonyms)
        return quoted or _written_text(replied) or _sticker_text(replied), origin
    return quoted, TextOrigin(None) if outside is None else _named(outside.origin, pseudonyms)


def answered_text(message: Message, me: User, pseudonyms: Pseudonyms) -> AnsweredText | None:
    """Return what a message answers; None if that is nothing, or the bot wrote it."""
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == me.id:
        return None
    text, origin = replied_text(message, pseudonyms)
    return AnsweredText(text, origin) if text else None


def _named(origin: MessageOrigin, pseudonyms: Pseudonyms) -> TextOrigin:
    match origin:
        case MessageOriginUser():
            author = origin.sender_user.id
        case MessageOriginChat():
            author = origin.sender_chat.id
        case MessageOriginChannel():
            author = origin.chat.id
        case _:  # a member who hides the account from forwards
            return TextOrigin(None)
    return TextOrigin(pseudonyms.key(NAME, str(author)))


def _sender(message: Message, pseudonyms: Pseudonyms) -> TextOrigin:
    sender = message.sender_chat or message.from_user
    return TextOrigin(None if sender is None else pseudonyms.key(NAME, str(sender.id)))

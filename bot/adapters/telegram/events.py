"""Conversion of Telegram's updates to the core's events; pure functions."""

from collections.abc import Sequence

from telegram import (
    Chat,
    Message,
    MessageEntity,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginUser,
    MessageReactionUpdated,
    ReactionType,
    ReactionTypeEmoji,
    User,
)
from telegram.constants import ChatType

from bot.core.events import AnsweredText, IncomingMessage, MessageRef, TextOrigin
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.relevance import is_relevant
from bot.core.messages.silence import DropReason
from model.emoji import ChosenEmoji, canonical, emoji_names, parse_choice

NAME = "telegram"


def ref(chat: Chat, message: int, pseudonyms: Pseudonyms) -> MessageRef:
    """Return a message's ref; without its topic, which reaction updates do not tell.

    A private chat has the id of its member, of which only the keyed hash is kept.
    """
    private = chat.type == ChatType.PRIVATE
    community = pseudonyms.key(NAME, str(chat.id)) if private else str(chat.id)
    return MessageRef(NAME, community, community, str(message))


def topic_key(chat: Chat, thread: int | None, pseudonyms: Pseudonyms) -> str:
    """Return the key of a topic's settings; empty outside of topics."""
    return f"{ref(chat, 0, pseudonyms).chat}/{thread}" if thread else ""


def thread_of(message: Message) -> int | None:
    """Return the topic of a message; replies outside of topics have threads, too."""
    return message.message_thread_id if message.is_topic_message else None


def sender_id(message: Message) -> str | None:
    """Return the id of the person, or of the chat that sends as itself; None for bots.

    Posts that Telegram relays from a linked channel are answered in the channel.
    """
    if message.via_bot:
        return None
    if message.sender_chat:
        return str(message.chat.id) if message.sender_chat.id == message.chat.id else None
    author = message.from_user
    return None if author is None or author.is_bot else str(author.id)


def is_sent_by_member(message: Message) -> bool:
    """Return True if a member sent the message, and no group or channel."""
    return message.sender_chat is None


def origin_of(message: Message, pseudonyms: Pseudonyms) -> TextOrigin | None:
    """Return the origin of a forwarded text; None if the sender wrote it."""
    origin = message.forward_origin
    return None if origin is None else _named(origin, pseudonyms)


def replied_text(message: Message, pseudonyms: Pseudonyms) -> tuple[str, TextOrigin]:
    """Return the text that a message replies to, or the quoted part of it, and its origin.

    The text is empty if there is none.
    """
    replied, outside = message.reply_to_message, message.external_reply
    quoted = message.quote.text if message.quote else ""
    if replied is not None:
        origin = origin_of(replied, pseudonyms) or _sender(replied, pseudonyms)
        return quoted or replied.text or replied.caption or "", origin
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


def parse_command(message: Message, me: User) -> tuple[str, str] | None:
    """Return a command's name and the text after it; None if it is none or another bot's."""
    first = next(iter(message.entities), None)
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return None
    text = message.parse_entity(first)
    name, _, receiver = text.removeprefix("/").partition("@")
    if receiver and receiver.casefold() != (me.username or "").casefold():
        return None
    return name.lower(), (message.text or "")[len(text) :].strip()


def starts_with_command(message: Message) -> bool:
    """Return True if a message, or its caption, is a command to any bot."""
    entities = (*message.entities, *message.caption_entities)
    return any(e.type == MessageEntity.BOT_COMMAND and e.offset == 0 for e in entities)


def visible_text(message: Message) -> str:
    """Return the text, caption, poll question or sticker, without spoilers.

    A reaction would tell what they hide.
    """
    text = message.text or message.caption or _text_of_media(message)
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


def _text_of_media(message: Message) -> str:
    """Return the question of a poll, or a sticker's emoji with its name, by which it is read."""
    if message.poll is not None:
        return message.poll.question
    emoji = message.sticker.emoji if message.sticker else None
    if emoji is None:
        return ""
    return " ".join((emoji, *emoji_names().get(canonical(emoji), ())[:1]))


def to_incoming(message: Message, me: User, pseudonyms: Pseudonyms) -> IncomingMessage | DropReason:
    """Return the message for the core, without candidates, or why it is not one to answer."""
    text = visible_text(message)
    author = sender_id(message)
    if author is None:
        return DropReason.NOT_BY_PERSON
    if starts_with_command(message):
        return DropReason.COMMAND
    if not text.strip():
        return DropReason.NO_TEXT
    private = message.chat.type == ChatType.PRIVATE
    addressed = private or _addressed(message, me)
    if not addressed and not is_relevant(text):
        return DropReason.IRRELEVANT
    return IncomingMessage(
        ref=ref(message.chat, message.message_id, pseudonyms),
        author=pseudonyms.key(NAME, author),
        text=text,
        addressed=addressed,
        requested=private,
        parent_chat=topic_key(message.chat, thread_of(message), pseudonyms),
        language=message.from_user.language_code if message.from_user else None,
        has_picture=has_picture(message),
        may_store_text=is_sent_by_member(message) and message.sticker is None,
        origin=origin_of(message, pseudonyms),
        answered=answered_text(message, me, pseudonyms),
    )


def _addressed(message: Message, me: User) -> bool:
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.id == me.id:
        return True
    types: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    mentions = message.parse_entities(types) | message.parse_caption_entities(types)
    return any(
        entity.user.id == me.id if entity.user else name.casefold() == f"@{me.username}".casefold()
        for entity, name in mentions.items()
    )


def actor_id(update: MessageReactionUpdated) -> str | None:
    """Return the id of the member who reacted, or of an anonymous admin's chat; None for bots."""
    if update.user is not None:
        return None if update.user.is_bot else str(update.user.id)
    return str(update.actor_chat.id) if update.actor_chat else None


def emojis_of(reactions: Sequence[ReactionType]) -> list[ChosenEmoji]:
    """Return the canonical emojis among reactions; custom and paid ones are left out."""
    emojis = [parse_choice(r.emoji) for r in reactions if isinstance(r, ReactionTypeEmoji)]
    return [emoji for emoji in emojis if emoji is not None]

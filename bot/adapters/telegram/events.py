"""Conversion of Telegram's updates to the core's events; pure functions."""

from telegram import (
    Message,
    MessageEntity,
    User,
)
from telegram.constants import ChatType

from bot.adapters.telegram import texts
from bot.adapters.telegram.refs import NAME, ref, thread_of, topic_key
from bot.core.events import IncomingMessage
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.relevance import is_relevant
from bot.core.messages.silence import DropReason


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


def to_incoming(message: Message, me: User, pseudonyms: Pseudonyms) -> IncomingMessage | DropReason:
    """Return the message for the core, without candidates, or why it is not one to answer."""
    text = texts.visible_text(message)
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
        has_picture=texts.has_picture(message),
        may_store_text=is_sent_by_member(message) and message.sticker is None,
        origin=texts.origin_of(message, pseudonyms),
        answered=texts.answered_text(message, me, pseudonyms),
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

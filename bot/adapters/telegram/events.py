"""Telegram's updates as the core's events; nothing here awaits or keeps anything."""

from collections.abc import Iterable, Sequence

from telegram import (
    Chat,
    Message,
    MessageEntity,
    MessageReactionUpdated,
    ReactionType,
    ReactionTypeEmoji,
    User,
)
from telegram.constants import ChatType

from bot.core.events import IncomingMessage, MessageRef
from bot.core.members.pseudonyms import Pseudonyms
from model.emoji import canonical

NAME = "telegram"


def ref(chat: Chat, message: int, pseudonyms: Pseudonyms) -> MessageRef:
    """Where a message stands; without its topic, which reaction updates do not tell.

    A private chat has the id of its member, which is kept as a keyed hash only.
    """
    private = chat.type == ChatType.PRIVATE
    place = pseudonyms.key(NAME, str(chat.id)) if private else str(chat.id)
    return MessageRef(NAME, place, place, str(message))


def topic(chat: Chat, thread: int | None) -> str:
    """What a topic's own settings are kept under; empty outside of one."""
    return f"{chat.id}/{thread}" if thread else ""


def thread(message: Message) -> int | None:
    """The topic that a message stands in; replies outside of topics have threads too."""
    return message.message_thread_id if message.is_topic_message else None


def speaker(message: Message) -> str | None:
    """The id of the person, or of the channel or group that speaks for itself; None for bots.

    Posts that Telegram relays from a linked channel are the channel's, and answered there.
    """
    if message.via_bot:
        return None
    if message.sender_chat:
        return str(message.chat.id) if message.sender_chat.id == message.chat.id else None
    author = message.from_user
    return None if author is None or author.is_bot else str(author.id)


def own_words(message: Message) -> bool:
    """Whether one person wrote the text, rather than passed on another's or spoke for many."""
    return message.sender_chat is None and message.forward_origin is None


def command(message: Message, me: User) -> tuple[str, str] | None:
    """A command's name and what follows it; None where it is none or another bot's."""
    first = next(iter(message.entities), None)
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return None
    written = message.parse_entity(first)
    name, _, receiver = written.removeprefix("/").partition("@")
    if receiver and receiver.casefold() != (me.username or "").casefold():
        return None
    return name.lower(), (message.text or "")[len(written) :].strip()


def starts_with_command(message: Message) -> bool:
    """Whether a message is a command, to this bot or to another."""
    return any(e.type == MessageEntity.BOT_COMMAND and e.offset == 0 for e in message.entities)


def incoming(message: Message, me: User, pseudonyms: Pseudonyms) -> IncomingMessage | None:
    """The message for the core, candidates aside; None where it is not one to answer."""
    text = message.text or message.caption or ""
    author = speaker(message)
    if author is None or starts_with_command(message) or not text.strip():
        return None
    private = message.chat.type == ChatType.PRIVATE
    return IncomingMessage(
        ref=ref(message.chat, message.message_id, pseudonyms),
        author=pseudonyms.key(NAME, author),
        text=text,
        addressed=private or _addressed(message, me),
        requested=private,
        parent_chat=topic(message.chat, thread(message)),
        language=message.from_user.language_code if message.from_user else None,
        may_store_text=own_words(message),
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


def actor(update: MessageReactionUpdated) -> str | None:
    """The id of who reacted; an anonymous one stands as their chat, a bot not at all."""
    if update.user is not None:
        return None if update.user.is_bot else str(update.user.id)
    return str(update.actor_chat.id) if update.actor_chat else None


def changes(update: MessageReactionUpdated) -> Iterable[tuple[str, bool]]:
    """Canonical emojis with whether each was taken back; custom and paid ones have no name."""
    old, new = emojis(update.old_reaction), emojis(update.new_reaction)
    yield from ((emoji, True) for emoji in old if emoji not in new)
    yield from ((emoji, False) for emoji in new if emoji not in old)


def emojis(reactions: Sequence[ReactionType]) -> list[str]:
    """The canonical emojis among reactions."""
    return [canonical(each.emoji) for each in reactions if isinstance(each, ReactionTypeEmoji)]

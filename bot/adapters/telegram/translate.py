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
from bot.core.identity import Pseudonyms
from model.emoji import canonical

NAME = "telegram"


def ref(chat: Chat, message: int, pseudonyms: Pseudonyms) -> MessageRef:
    """Where a message stands; without its topic, which reaction updates do not tell.

    A private chat has the id of its member, which is kept as a keyed hash only.
    """
    private = chat.type == ChatType.PRIVATE
    place = pseudonyms.key(NAME, str(chat.id)) if private else str(chat.id)
    return MessageRef(NAME, place, place, str(message))


def by_person(message: Message) -> bool:
    """Whether a person wrote it for others to read: no bot, channel, relay or command."""
    author = message.from_user
    if author is None or author.is_bot or message.sender_chat or message.via_bot:
        return False
    return not any(
        entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0
        for entity in message.entities
    )


def incoming(message: Message, me: User, pseudonyms: Pseudonyms) -> IncomingMessage | None:
    """The message for the core, candidates aside; None where it is not one to answer."""
    text = message.text or message.caption or ""
    if not by_person(message) or message.from_user is None or not text.strip():
        return None
    return IncomingMessage(
        ref=ref(message.chat, message.message_id, pseudonyms),
        author=pseudonyms.key(NAME, str(message.from_user.id)),
        text=text,
        addressed=_addressed(message, me),
    )


def _addressed(message: Message, me: User) -> bool:
    if message.chat.type == ChatType.PRIVATE:
        return True
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
    old, new = _emojis(update.old_reaction), _emojis(update.new_reaction)
    yield from ((emoji, True) for emoji in old if emoji not in new)
    yield from ((emoji, False) for emoji in new if emoji not in old)


def _emojis(reactions: Sequence[ReactionType]) -> list[str]:
    return [canonical(each.emoji) for each in reactions if isinstance(each, ReactionTypeEmoji)]

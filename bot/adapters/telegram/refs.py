"""The refs of messages, and the keys of topics."""

from telegram import Chat, Message
from telegram.constants import ChatType

from bot.core.events import MessageRef
from bot.core.members.pseudonyms import Pseudonyms

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

"""Members whom a command names, as Telegram lets a bot know them.

A bot cannot look up a user name: a member is named by a mention that carries the id, by the id
itself, or by an answer to one of their messages.
"""

import re
from collections.abc import Callable

from telegram import Message, MessageEntity

from bot.adapters.telegram import events
from bot.core.events import MemberKey

_ID = re.compile(r"(?<!\w)\d{1,20}(?!\w)")


def with_member_keys(message: Message, text: str, member: Callable[[int], MemberKey]) -> str:
    """Return the text of a command with member keys in the place of members.

    A text that ends with a sign alone names the author of the message that the command answers.
    """
    mentions = message.parse_entities([MessageEntity.TEXT_MENTION])
    for entity, name in mentions.items():
        if entity.user is not None:
            text = text.replace(name, f" {entity.user.id} ", 1)
    replied = message.reply_to_message
    author = events.sender_id(replied) if replied else None
    if author is not None and text.endswith(("+", "-")):
        text = f"{text} {author}"
    return _ID.sub(lambda found: member(int(found[0])), text)

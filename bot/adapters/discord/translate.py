"""Discord's events as the core's; nothing here awaits or keeps anything."""

import discord

from bot.core.events import IncomingMessage, MessageRef
from bot.core.identity import Pseudonyms

NAME = "discord"


def ref(guild: int | None, channel: int, message: int) -> MessageRef:
    """Where a message stands; a private chat is its own community, a thread its own chat."""
    return MessageRef(NAME, str(guild or channel), str(channel), str(message))


def by_person(message: discord.Message) -> bool:
    """Whether a person wrote it; bots and webhooks could answer each other for ever."""
    return not (message.author.bot or message.webhook_id or message.is_system())


def incoming(
    message: discord.Message, me: discord.ClientUser, pseudonyms: Pseudonyms
) -> IncomingMessage | None:
    """The message for the core; None where it is not one to answer."""
    if not by_person(message) or not message.content.strip():
        return None
    guild = message.guild
    return IncomingMessage(
        ref=ref(guild.id if guild else None, message.channel.id, message.id),
        author=pseudonyms.key(NAME, str(message.author.id)),
        text=message.content,
        addressed=guild is None or any(user.id == me.id for user in message.mentions),
    )

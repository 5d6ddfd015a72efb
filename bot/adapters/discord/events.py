"""Conversion of Discord's events to the core's; pure functions."""

from dataclasses import replace

import discord

from bot.adapters.discord.emojis import Emojis
from bot.core.events import AnsweredText, IncomingMessage, MessageRef, TextOrigin
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.relevance import is_relevant, without_marked_spoilers
from bot.core.messages.silence import DropReason

NAME = "discord"

MessageEvent = (
    discord.RawReactionActionEvent
    | discord.RawReactionClearEvent
    | discord.RawReactionClearEmojiEvent
    | discord.RawMessageDeleteEvent
)


def ref(guild: int | None, channel: int, message: int) -> MessageRef:
    """Return a message's ref; a private chat is its own community, a thread its own chat."""
    return MessageRef(NAME, str(guild or channel), str(channel), str(message))


def event_ref(event: MessageEvent) -> MessageRef:
    """Return the ref of the message that an event is about."""
    return ref(event.guild_id, event.channel_id, event.message_id)


def interaction_ref(interaction: discord.Interaction, message: int | None = None) -> MessageRef:
    """Return the ref of a message in the interaction's chat, or of the interaction itself."""
    channel = interaction.channel_id or interaction.user.id
    return ref(interaction.guild_id, channel, message or interaction.id)


def parent_of(channel: object) -> str:
    """Return the id of a thread's channel; empty if it is not a thread."""
    threads = (discord.Thread, discord.app_commands.AppCommandThread)
    return str(channel.parent_id) if isinstance(channel, threads) else ""


def roles_of(author: discord.User | discord.Member) -> frozenset[str]:
    """Return the ids of a member's roles."""
    held = author.roles if isinstance(author, discord.Member) else ()
    return frozenset(str(role.id) for role in held)


def is_by_person(message: discord.Message) -> bool:
    """Return True if a person wrote it; bots and webhooks could answer each other endlessly."""
    return not (message.author.bot or message.webhook_id or message.is_system())


def ref_of(message: discord.Message) -> MessageRef:
    """Return the ref of a message."""
    return ref(message.guild.id if message.guild else None, message.channel.id, message.id)


def answered_ref(message: discord.Message, me: discord.ClientUser) -> MessageRef | None:
    """Return the message that a message of the bot replies to; None for messages of others."""
    reference = message.reference
    if message.author.id != me.id or reference is None or reference.message_id is None:
        return None
    return replace(ref_of(message), message=str(reference.message_id))


def to_incoming(
    message: discord.Message,
    me: discord.ClientUser,
    pseudonyms: Pseudonyms,
    emojis: Emojis,
    *,
    may_store_text: bool = False,
) -> IncomingMessage | DropReason:
    """Return the message for the core, or why it is not one to answer."""
    text = _readable_text(message)
    if not is_by_person(message):
        return DropReason.NOT_BY_PERSON
    if not text.strip():
        return DropReason.NO_TEXT
    guild = message.guild
    if guild is None and getattr(message.channel, "guild_id", None) is not None:
        return DropReason.UNKNOWN_SERVER
    addressed = guild is None or _mentions(message, me)
    if not addressed and not is_relevant(text):
        return DropReason.IRRELEVANT
    return IncomingMessage(
        ref=ref_of(message),
        author=pseudonyms.key(NAME, str(message.author.id)),
        text=text,
        custom_emojis=emojis.custom,
        addressed=addressed,
        parent_chat=parent_of(message.channel),
        roles=roles_of(message.author),
        has_picture=has_picture(message),
        may_store_text=may_store_text and is_written(message),
        answered=_answered_text(message, me, pseudonyms),
    )


def _answered_text(
    message: discord.Message, me: discord.ClientUser, pseudonyms: Pseudonyms
) -> AnsweredText | None:
    """Return what a message replies to; None if that is nothing, or the bot wrote it."""
    replied = message.reference.resolved if message.reference else None
    if not isinstance(replied, discord.Message) or replied.author.id == me.id:
        return None
    text, origin = text_of(replied, pseudonyms)
    return AnsweredText(text, origin) if text else None


def has_picture(message: discord.Message) -> bool:
    """Return True for a message with an image file or a sticker."""
    kinds = (file.content_type or "" for file in message.attachments)
    return bool(message.stickers) or any(kind.startswith("image/") for kind in kinds)


def _readable_text(message: discord.Message) -> str:
    """Return what was written without spoilers, or else what a poll or stickers say."""
    if message.content.strip():
        return without_marked_spoilers(message.content)
    return _unwritten_text(message)


def _unwritten_text(message: discord.Message) -> str:
    """Return the question of a poll, or the names of stickers."""
    if message.poll is not None:
        return str(message.poll.question)
    return " ".join(sticker.name for sticker in message.stickers)


def text_of(message: discord.Message, pseudonyms: Pseudonyms) -> tuple[str, TextOrigin]:
    """Return the text of a message and its origin; Discord does not tell who wrote a forward."""
    if message.message_snapshots:
        return message.message_snapshots[0].content, TextOrigin(None)
    origin = TextOrigin(pseudonyms.key(NAME, str(message.author.id)))
    return message.content if is_written(message) else _unwritten_text(message), origin


def is_written(message: discord.Message) -> bool:
    """Return True if a message, or what it forwards, has a text that a person wrote."""
    return bool(message.content.strip() or message.message_snapshots)


def _mentions(message: discord.Message, me: discord.ClientUser) -> bool:
    """Return True for a mention of the bot or its own role, or a reply that pings it."""
    if any(user.id == me.id for user in message.mentions):
        return True
    tags = [role.tags for role in message.role_mentions]
    return any(tag is not None and tag.bot_id == me.id for tag in tags)

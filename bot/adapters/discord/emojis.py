"""Conversion between canonical emojis and Discord's."""

import re
from functools import lru_cache

import discord
from discord import PartialEmoji

from bot.adapters.emoji_forms import qualified_forms
from model.emoji import canonical, emoji_names, is_custom_emoji, is_emoji

_CUSTOM_MARKUP = re.compile(r"<a?:(\w+):\d+>")


def to_wire(emoji: str, guild: discord.Guild | None = None) -> str | discord.Emoji | None:
    """Return Discord's form of a canonical emoji; None if it cannot be a reaction.

    Discord knows most emojis with U+FE0F in that form only, and custom emojis by their ids.
    """
    if is_custom_emoji(emoji):
        return next((usable for usable in _usable(guild) if f":{usable.name}:" == emoji), None)
    return qualified_forms().get(emoji)


@lru_cache(maxsize=8)
def known_emojis(unknown: frozenset[str]) -> frozenset[str] | None:
    """Return the Unicode emojis but those that Discord did not know; None if it knew all."""
    return frozenset(emoji_names()) - unknown if unknown else None


def from_wire(emoji: PartialEmoji) -> str | None:
    """Return the canonical emoji, ``:name:`` for a custom emoji; None if it is neither."""
    if emoji.name and emoji.is_custom_emoji():
        return f":{emoji.name}:"
    return canonical(emoji.name) if emoji.name and is_emoji(emoji.name) else None


def without_markup(text: str) -> str:
    """Return the text with ``:name:`` in the place of Discord's markup of custom emojis.

    Some clients send ``:name:`` alone.
    """
    return _CUSTOM_MARKUP.sub(r" :\1: ", text)


def custom_emojis(guild: discord.Guild | None) -> frozenset[str]:
    """Return the custom emojis, as ``:name:``, that the bot can use at this moment."""
    return frozenset(f":{emoji.name}:" for emoji in _usable(guild))


def community_emojis(guild: discord.Guild | None) -> frozenset[str]:
    """Return the custom emojis of the server, as ``:name:``, that its members can choose."""
    return frozenset(f":{emoji.name}:" for emoji in guild.emojis) if guild else frozenset()


def _usable(guild: discord.Guild | None) -> list[discord.Emoji]:
    """Return the emojis that are neither unavailable nor restricted to roles of others."""
    if guild is None:
        return []
    return [e for e in guild.emojis if e.available and (not e.roles or _has_role(e, guild))]


def _has_role(emoji: discord.Emoji, guild: discord.Guild) -> bool:
    return guild.me is not None and not {*emoji.roles}.isdisjoint(guild.me.roles)

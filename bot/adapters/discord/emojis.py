"""Emojis as Discord writes them, to and from their canonical form."""

from functools import cache

import discord
import emoji as unicode_emojis
from discord import PartialEmoji

from model.emoji import VARIATION_SELECTOR, canonical, is_custom_emoji, is_emoji


@cache
def _qualified() -> dict[str, str]:
    """Canonical emoji -> its fully-qualified form, without skin tone or gender where it can be."""
    forms: dict[str, str] = {}
    for form, data in unicode_emojis.EMOJI_DATA.items():
        if data["status"] != unicode_emojis.STATUS["fully_qualified"]:
            continue
        plain = form.replace(VARIATION_SELECTOR, "") == canonical(form)
        if plain or canonical(form) not in forms:
            forms[canonical(form)] = form
    return forms


def to_wire(emoji: str, guild: discord.Guild | None = None) -> str | discord.Emoji | None:
    """What Discord calls a canonical emoji; None where it cannot be a reaction.

    Discord knows most emojis with U+FE0F by that form only, and a server's own by their ids.
    """
    if is_custom_emoji(emoji):
        return next((own for own in _own(guild) if f":{own.name}:" == emoji), None)
    return _qualified().get(emoji)


def from_wire(emoji: PartialEmoji) -> str | None:
    """The canonical emoji, ``:name:`` for a server's own; None where it is neither."""
    if emoji.name and emoji.is_custom_emoji():
        return f":{emoji.name}:"
    return canonical(emoji.name) if emoji.name and is_emoji(emoji.name) else None


def custom_emojis(guild: discord.Guild | None) -> frozenset[str]:
    """A server's own emojis, as ``:name:``, that the bot can use at this moment."""
    return frozenset(f":{emoji.name}:" for emoji in _own(guild))


def _own(guild: discord.Guild | None) -> list[discord.Emoji]:
    """Those that are neither lost with a boost nor kept for some roles."""
    if guild is None:
        return []
    return [e for e in guild.emojis if e.available and (not e.roles or _held(e, guild))]


def _held(emoji: discord.Emoji, guild: discord.Guild) -> bool:
    return guild.me is not None and not {*emoji.roles}.isdisjoint(guild.me.roles)

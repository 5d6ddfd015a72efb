"""Conversion between canonical emojis and Discord's."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

import discord
from discord import PartialEmoji

from bot.adapters.discord.application_emojis import ApplicationEmojis
from bot.adapters.emoji_forms import qualified_forms
from model.emoji import canonical, emoji_names, is_custom_emoji, is_emoji

_CUSTOM_MARKUP = re.compile(r"<a?:(\w+):\d+>")


def to_wire(emoji: str) -> str | None:
    """Return Discord's form of a canonical emoji; None if it knows none.

    Discord knows most emojis with U+FE0F in that form only.
    """
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


@dataclass(frozen=True, slots=True)
class Emojis:
    """The emojis of one server or private chat: its own, the application's, and the standard."""

    guild: discord.Guild | None = None
    application: ApplicationEmojis = field(default_factory=ApplicationEmojis)

    def to_wire(self, emoji: str) -> str | discord.Emoji | None:
        """Return the form in which a canonical emoji is shown; None if it cannot be."""
        return self.application.images.get(emoji) or self.written(emoji)

    def written(self, emoji: str) -> str | discord.Emoji | None:
        """Return the same, but a standard emoji as itself: as members can write it."""
        if is_custom_emoji(emoji):
            return next((usable for usable in self._usable() if _name(usable) == emoji), None)
        return to_wire(emoji)

    def markup(self, emoji: str) -> str:
        """Return a canonical emoji as it is shown in a text."""
        return str(self.to_wire(emoji) or emoji)

    def from_wire(self, emoji: PartialEmoji) -> tuple[str, ...]:
        """Return the canonical emojis for which one stands; more than one only for an image."""
        meant = self.application.meanings.get(emoji.id or 0)
        single = from_wire(emoji)
        return meant or (() if single is None else (single,))

    @property
    def custom(self) -> frozenset[str]:
        """The custom emojis, as ``:name:``, that the bot can use at this moment."""
        return frozenset(map(_name, self._usable()))

    @property
    def choosable(self) -> frozenset[str]:
        """The custom emojis, as ``:name:``, that members of the server can choose."""
        own = self.guild.emojis if self.guild else ()
        return frozenset(map(_name, (*own, *self.application.named)))

    def _usable(self) -> list[discord.Emoji]:
        """Return the emojis that are neither unavailable nor restricted to roles of others."""
        own = self.guild.emojis if self.guild else ()
        usable = [e for e in own if e.available and (not e.roles or self._has_role(e))]
        return [*usable, *self.application.named]

    def _has_role(self, emoji: discord.Emoji) -> bool:
        me = self.guild.me if self.guild else None
        return me is not None and not {*emoji.roles}.isdisjoint(me.roles)


def _name(emoji: discord.Emoji) -> str:
    return f":{emoji.name}:"

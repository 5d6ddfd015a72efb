"""Values that Discord suggests while the new value of a setting is typed."""

import discord
from discord import app_commands

from bot.adapters.discord import events
from bot.adapters.discord.command_context import language_of
from bot.adapters.discord.commands.autocomplete import MAX_SUGGESTIONS, suggest_emojis
from bot.adapters.discord.commands.settings_format import ROLE_LISTS
from bot.adapters.discord.context import Interaction, context_of, emojis_of
from bot.adapters.discord.emojis import to_wire
from bot.core.chat_settings.list_types import EmojiSet, IdSet
from bot.core.chat_settings.setting import SETTINGS, Setting

Suggestions = list[app_commands.Choice[str]]


async def suggest_values(interaction: Interaction, name: str, typed: str) -> Suggestions:
    """Return values of the setting called ``name``; none if there is no such setting."""
    setting = SETTINGS.get(name)
    if setting is None:
        return []
    if isinstance(setting.type, EmojiSet):
        return await _suggest_emoji_changes(interaction, setting, typed)
    if isinstance(setting.type, IdSet):
        return _suggest_mentions(interaction.guild, setting, typed)
    shown = setting.suggestions(language_of(interaction))
    return [
        app_commands.Choice(name=text, value=text)
        for text in shown
        if typed.strip().casefold() in text.casefold()
    ]


async def _suggest_emoji_changes(
    interaction: Interaction, setting: Setting, typed: str
) -> Suggestions:
    """Return emojis of the list to take away, then others to add."""
    community = events.interaction_ref(interaction)
    current = await context_of(interaction).store.chat_settings.get(community)
    sign, word = _split_sign(typed)
    removable = [
        app_commands.Choice(name=f"-{to_wire(emoji) or emoji}", value=f"-{emoji}")
        for emoji in sorted(getattr(current, setting.name) or ())
    ]
    if sign == "-":
        return removable[:MAX_SUGGESTIONS]
    emojis = emojis_of(interaction)
    added = suggest_emojis(emojis, word, "+")
    return added if sign or word else [*removable, *added][:MAX_SUGGESTIONS]


def _suggest_mentions(guild: discord.Guild | None, setting: Setting, typed: str) -> Suggestions:
    """Return channels or roles to add or, after a minus, to take away."""
    if guild is None:
        return []
    sign, word = _split_sign(typed)
    roles = [(f"@{role.name}", role.mention) for role in guild.roles if not role.is_default()]
    channels = [(f"#{channel.name}", channel.mention) for channel in guild.channels]
    return [
        app_commands.Choice(name=f"{sign or '+'}{name}"[:100], value=f"{sign or '+'}{mention}")
        for name, mention in (roles if setting.name in ROLE_LISTS else channels)
        if word.strip().lower() in name.lower()
    ][:MAX_SUGGESTIONS]


def _split_sign(typed: str) -> tuple[str, str]:
    return (typed[0], typed[1:]) if typed[:1] in ("+", "-") else ("", typed)

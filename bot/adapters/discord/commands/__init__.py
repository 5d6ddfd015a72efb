"""What people can ask the bot on Discord: slash commands and entries in a message's menu."""

from typing import Any

import discord
from discord import app_commands

from bot.adapters.discord.commands.emoji import emoji, suggest
from bot.adapters.discord.commands.preferences import TasteGroup
from bot.adapters.discord.commands.privacy import consent, forget, optin, optout, privacy
from bot.adapters.discord.commands.settings import SettingsGroup
from bot.adapters.discord.commands.stats import help_, stats
from bot.adapters.discord.commands.tree import Translator, Tree
from bot.adapters.discord.commands.why import feedback, why, why_this

__all__ = ["Translator", "Tree", "build"]


_COMMANDS: tuple[app_commands.Command[Any, ..., Any] | app_commands.ContextMenu, ...] = (
    *(emoji, why, feedback, stats, privacy, forget, optout, optin, consent, help_),
    *(suggest, why_this),
)


def build(client: discord.Client) -> Tree:
    """Every command, not yet registered with Discord."""
    tree = Tree(client)
    tree.add_command(SettingsGroup())
    tree.add_command(TasteGroup())
    for command in _COMMANDS:
        tree.add_command(command)
    return tree

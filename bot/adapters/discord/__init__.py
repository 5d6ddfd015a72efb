"""Discord, on discord.py."""

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.context import AdapterContext

__all__ = ["AdapterContext", "DiscordAdapter"]

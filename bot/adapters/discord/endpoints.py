"""Addresses of Discord."""

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.config.sections import DiscordSettings

DEVELOPER_PORTAL = "https://discord.com/developers/applications"
"""The page on which operators configure the bot."""


def configure(settings: DiscordSettings) -> None:
    """Set the configured endpoints on the classes on which discord.py keeps them."""
    if settings.api_base:
        Route.BASE = settings.api_base.rstrip("/")
    if settings.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)

"""Where Discord is."""

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.config.settings import DiscordSettings

DEVELOPER_PORTAL = "https://discord.com/developers/applications"
"""Where an operator looks after the bot."""


def configure(settings: DiscordSettings) -> None:
    """Aim discord.py, which keeps its addresses on classes, at the configured endpoints."""
    if settings.api_base:
        Route.BASE = settings.api_base.rstrip("/")
    if settings.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)

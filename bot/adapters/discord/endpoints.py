"""Addresses of Discord."""

from typing import TypedDict

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters.discord.event_guard import install_json_parser
from bot.config.proxy import proxy_for
from bot.config.sections import DiscordSettings

DEVELOPER_PORTAL = "https://discord.com/developers/applications"
"""The page on which operators configure the bot."""


def configure(settings: DiscordSettings) -> None:
    """Set the configured endpoints on the classes on which discord.py keeps them."""
    install_json_parser()
    if settings.api_base:
        Route.BASE = settings.api_base.rstrip("/")
    if settings.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)


class ProxyOptions(TypedDict, total=False):
    """The arguments of a client for a proxy."""

    proxy: str
    """An address, with user and password if it needs them."""


def proxy_options(settings: DiscordSettings, configured: str | None) -> ProxyOptions:
    """Return the proxy for requests and gateway; empty for a direct connection.

    Raises:
        UnusableProxy: there are only proxies of another kind.
    """
    proxy = proxy_for(settings.api_base or Route.BASE, configured)
    return ProxyOptions() if proxy is None else ProxyOptions(proxy=proxy)


def requests_client(settings: DiscordSettings, proxy: str | None) -> discord.AutoShardedClient:
    """Return a client for requests alone, which never connects to the gateway.

    Raises:
        UnusableProxy: there are only proxies of another kind.
    """
    intents = discord.Intents(guilds=True)  # the library warns without it
    return discord.AutoShardedClient(intents=intents, **proxy_options(settings, proxy))

"""Discord, on discord.py."""

from bot.adapters.components import Components
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.context import AdapterContext
from bot.adapters.discord.invalid_request_guard import InvalidRequestGuard
from bot.config.settings import Settings

__all__ = ["AdapterContext", "DiscordAdapter", "build_adapter"]


def build_adapter(components: Components, settings: Settings, token: str) -> DiscordAdapter:
    """Return an adapter that is not connected yet."""
    connection = components.connections["discord"]
    context = AdapterContext(
        components.service,
        components.store,
        components.pseudonyms,
        settings.discord,
        settings.privacy,
        connection,
        InvalidRequestGuard(connection=connection),
        proxy=settings.network.proxy,
    )
    return DiscordAdapter(context, token)

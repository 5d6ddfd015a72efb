"""Telegram, on python-telegram-bot."""

import os

# The library's way to ask for the durations of its next version; without it every flood limit
# warns of the change.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from bot.adapters.components import Components
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.context import BotServices
from bot.config.settings import Settings

__all__ = ["BotServices", "TelegramAdapter", "build_adapter"]


def build_adapter(components: Components, settings: Settings, token: str) -> TelegramAdapter:
    """Return an adapter that is not connected yet."""
    services = BotServices(
        components.service,
        components.store,
        components.pseudonyms,
        settings.telegram,
        settings.privacy,
        components.connections["telegram"],
    )
    return TelegramAdapter(services, token, settings.network.proxy)

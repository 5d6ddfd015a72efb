"""Telegram, on python-telegram-bot."""

import os

# The library's way to ask for the durations of its next version; without it every flood limit
# warns of the change.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.context import BotServices

__all__ = ["BotServices", "TelegramAdapter"]

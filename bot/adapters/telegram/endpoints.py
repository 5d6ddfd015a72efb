"""Addresses of Telegram."""

from telegram import Bot
from telegram.ext import AIORateLimiter, ExtBot

from bot.adapters.telegram.observed_request import ObservedRequest
from bot.core.connection import Connection


def build_bot(base_url: str | None, token: str, connection: Connection | None = None) -> Bot:
    """Build the library's bot for the configured address, without any request.

    ``connection`` gets the outcomes of its polls.
    """
    # One retry after a 429: without any, the limiter would let the next requests run into it.
    limiter = AIORateLimiter(max_retries=1)
    root = "https://api.telegram.org" if base_url is None else base_url.rstrip("/")
    observed = connection or Connection()
    return ExtBot(
        token,
        f"{root}/bot",
        f"{root}/file/bot",
        rate_limiter=limiter,
        request=ObservedRequest(observed),
        get_updates_request=ObservedRequest(observed),
    )

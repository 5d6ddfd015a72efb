"""Addresses of Telegram."""

from telegram import Bot
from telegram.ext import AIORateLimiter, ExtBot


def build_bot(base_url: str | None, token: str) -> Bot:
    """Build the library's bot for the configured address, without any request."""
    # One retry after a 429: without any, the limiter would let the next requests run into it.
    limiter = AIORateLimiter(max_retries=1)
    if base_url is None:
        return ExtBot(token, rate_limiter=limiter)
    root = base_url.rstrip("/")
    return ExtBot(token, f"{root}/bot", f"{root}/file/bot", rate_limiter=limiter)

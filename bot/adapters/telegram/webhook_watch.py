"""Regular questions to Telegram about the webhook, as signs of life of the connection."""

import asyncio
from datetime import UTC, datetime, timedelta

from telegram import Bot, WebhookInfo

from bot.core.connection import Connection

INTERVAL_SECONDS = 20.0
RECENT_FAILURE = timedelta(minutes=2)
"""Age of a failed delivery up to which waiting updates are blamed on it."""


async def watch_webhook(bot: Bot, url: str, connection: Connection) -> None:
    """Ask until cancelled; lost if the address is another one, or Telegram cannot reach it."""
    while True:
        try:
            info = await bot.get_webhook_info()
        except Exception:  # whatever it is, the next question comes
            connection.lost()
        else:
            if info.url == url and not _is_failing(info):
                connection.heard()
            else:
                connection.lost()
        await asyncio.sleep(INTERVAL_SECONDS)


def _is_failing(info: WebhookInfo) -> bool:
    failed_at = info.last_error_date
    if failed_at is None or not info.pending_update_count:
        return False
    return datetime.now(UTC) - failed_at < RECENT_FAILURE

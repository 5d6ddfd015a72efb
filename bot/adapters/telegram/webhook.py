"""Webhook that receives updates behind a TLS proxy."""

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot, Update

from bot.adapters.telegram.inbox import Inbox
from bot.core.errors import EmojiReactorError, StoreFailed

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
TIMEOUT_SECONDS = 25.0
"""Time after which Telegram is asked to send an update again."""
LEASE = timedelta(seconds=30)
"""Time after which another replica takes over an update."""


class Webhook:
    """Responds 200 to handled updates; Telegram sends all others again."""

    def __init__(self, bot: Bot, inbox: Inbox, secret: str) -> None:
        """Accept the updates that carry the secret."""
        self._bot = bot
        self._inbox = inbox
        self._secret = secret.encode()

    @asynccontextmanager
    async def listening(self, url: str, listen: str) -> AsyncIterator[str]:
        """Listen at the path of ``url`` on ``listen``, host and port; yield the bound address.

        Raises:
            EmojiReactorError: the address is not available.
        """
        app = web.Application()
        app.router.add_post(urlsplit(url).path or "/", self._receive)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        host, _, port = listen.rpartition(":")
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            await runner.cleanup()
            raise EmojiReactorError(
                f"telegram.webhook_listen: cannot listen on {listen}: {error.strerror}"
            ) from None
        try:
            yield "{}:{}".format(*runner.addresses[0][:2])
        finally:
            await runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        try:
            update = Update.de_json(await request.json(), self._bot)
        except Exception:  # any error of the library; its text may quote a message
            logger.warning("the webhook received an invalid update")
            return web.Response(status=400)
        return web.Response(status=200 if await self._handled(update) else 503)

    async def _handled(self, update: Update) -> bool:
        number = update.update_id
        await self._inbox.accept([update], LEASE)
        task = self._inbox.under_way.get(number)
        if task is not None:
            await asyncio.wait([task], timeout=TIMEOUT_SECONDS)
            return task.done() and not task.cancelled()
        try:
            return await self._inbox.is_handled(number)
        except StoreFailed:
            return False

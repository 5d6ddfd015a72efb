"""Webhook that receives updates behind a TLS proxy."""

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web

from bot.adapters.telegram.inbox import Inbox
from bot.adapters.telegram.updates import ReceivedUpdate, UpdateParser
from bot.core.errors import EmojiReactorError, StoreFailed

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
TIMEOUT_SECONDS = 25.0
"""Time after which Telegram is asked to send an update again."""
LEASE = timedelta(seconds=30)
"""Time after which another replica takes over an update."""


class Webhook:
    """Responds 200 to handled updates; Telegram sends all others again."""

    def __init__(self, parser: UpdateParser, inbox: Inbox, secret: str) -> None:
        """Accept the updates that carry the secret."""
        self._parser = parser
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
            payload = await request.json()
        except ValueError:
            logger.warning("the webhook received no JSON")
            return web.Response(status=400)
        update = self._parser.parse(payload)
        if update is None:
            return web.Response(status=400)
        return web.Response(status=200 if await self._handled(update) else 503)

    async def _handled(self, update: ReceivedUpdate) -> bool:
        task = self._inbox.deliver(update, LEASE)
        if task is None:
            return False
        await asyncio.wait([task], timeout=TIMEOUT_SECONDS)
        if not task.done():
            return False
        try:
            return await self._inbox.is_handled(update.number)
        except StoreFailed:
            return False

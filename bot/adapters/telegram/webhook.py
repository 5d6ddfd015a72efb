"""Updates that Telegram sends by itself, to an address of ours behind a TLS proxy."""

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
"""Seconds in which an update is handled, or Telegram is asked to send it again."""
LEASE = timedelta(seconds=30)
"""How long a replica may work on an update before another one takes it to be dead."""


class Webhook:
    """Says 200 to what was handled; Telegram sends everything else again."""

    def __init__(self, bot: Bot, inbox: Inbox, secret: str) -> None:
        """Take updates that come with the secret."""
        self._bot = bot
        self._inbox = inbox
        self._secret = secret.encode()

    @asynccontextmanager
    async def listening(self, url: str, listen: str) -> AsyncIterator[str]:
        """Listen at the path of ``url`` on ``listen``, a host and a port; gives both as taken.

        Raises:
            EmojiReactorError: nobody can listen there.
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
        except Exception:  # whatever the library makes of it; its text may quote a message
            logger.warning("the webhook got something that is no update")
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

"""HTTP server of health checks and metrics, for the operator's own network."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.core.errors import EmojiReactorError
from bot.operations.health import Readiness
from bot.operations.metrics import CONTENT_TYPE, Metrics

logger = logging.getLogger(__name__)


class OperationsServer:
    """Answers ``/healthz``, ``/readyz`` and ``/metrics``."""

    def __init__(
        self, metrics: Metrics, check_readiness: Callable[[], Awaitable[Readiness]]
    ) -> None:
        """Serve ``metrics``, and what ``check_readiness`` finds."""
        self._metrics = metrics
        self._check_readiness = check_readiness

    @asynccontextmanager
    async def listening(self, listen: str | None) -> AsyncIterator[None]:
        """Listen on ``listen``, host and port, inside the context; nowhere if None.

        Raises:
            EmojiReactorError: the address is not available.
        """
        if listen is None:
            yield
            return
        app = web.Application()
        app.router.add_get("/healthz", self._live)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._render)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        host, _, port = listen.rpartition(":")
        try:
            try:
                await web.TCPSite(runner, host.strip("[]"), int(port)).start()
            except (OSError, OverflowError) as error:
                cause = getattr(error, "strerror", None) or error
                raise EmojiReactorError(
                    f"operations.listen: cannot listen on {listen}: {cause}; choose another port"
                    ' for each bot, or "" for none'
                ) from None
            logger.info("health and metrics on http://%s:%s", *runner.addresses[0][:2])
            yield
        finally:
            await runner.cleanup()

    async def _live(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, _: web.Request) -> web.Response:
        readiness = await self._check_readiness()
        return web.Response(
            status=readiness.status, text=readiness.to_json(), content_type="application/json"
        )

    async def _render(self, _: web.Request) -> web.Response:
        return web.Response(body=self._metrics.render(), headers={"Content-Type": CONTENT_TYPE})

"""Everything that watches over one running bot."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import version

from bot.adapters.components import Components
from bot.config.settings import Settings
from bot.core.connection import Connection
from bot.operations.acceptance import refresh_acceptance
from bot.operations.health import STARTING, Health, Readiness
from bot.operations.metrics import Counted, Metrics
from bot.operations.observed import ObservedService, observe_transactions
from bot.operations.server import OperationsServer
from bot.operations.systemd import ServiceManager

SAMPLE_INTERVAL_SECONDS = 1.0


class Operations:
    """Metrics, health checks, their server, and the service manager's notifications."""

    def __init__(self, settings: Settings) -> None:
        """Start with empty metrics."""
        self._settings = settings
        self._program_version = version("emoji-reactor")
        self.metrics = Metrics(self._program_version)
        self._health: Health | None = None
        self._server = OperationsServer(self.metrics, self.check_readiness)

    async def check_readiness(self) -> Readiness:
        """Return the results of all checks; not ready outside of ``watching``."""
        return STARTING if self._health is None else await self._health.check()

    def observe(self, components: Components) -> Components:
        """Return the components with a service that records what it does."""
        observe_transactions(components.engine, self.metrics)
        service = ObservedService(
            components.predictor, components.store, self.metrics, components.pseudonyms
        )
        return replace(components, service=service)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve; until ``watching`` the bot is live and not ready.

        Raises:
            EmojiReactorError: the address is not available.
        """
        async with self._server.listening(self._settings.operations.listen):
            yield

    @asynccontextmanager
    async def watching(
        self, components: Components, platforms: Sequence[str]
    ) -> AsyncIterator[None]:
        """Check and measure the components, which are ready to connect."""
        service, predictor = components.service, components.predictor
        for name in platforms:
            components.connections[name].expect(())
        counted = Counted(
            refusals=lambda: service.refusals,
            dropped_feedback=lambda: service.dropped,
            failures=lambda: service.failures,
            queue_length=lambda: predictor.waiting,
            artifact_version=lambda: predictor.version,
        )
        self.metrics.observe(counted, components.connections)
        self._health = Health(components, platforms, self._settings, self._program_version)
        tasks = [
            asyncio.create_task(refresh_acceptance(components.engine, self.metrics)),
            asyncio.create_task(_sample(components.connections)),
        ]
        try:
            async with ServiceManager().running():
                yield
        finally:
            self._health = None
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


async def _sample(connections: Mapping[str, Connection]) -> None:
    while True:
        for connection in list(connections.values()):
            connection.sample()
        await asyncio.sleep(SAMPLE_INTERVAL_SECONDS)

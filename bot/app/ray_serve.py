"""The HTTP API as a deployment of Ray Serve; see ``deploy/ray-serve.yaml``.

Ray is imported only when a deployment is built. Each replica has its own model and connections to
the database that all share; what waits in a replica is predicted as one batch; a promotion is
noticed by each replica between two batches, so that no request is dropped.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app.extras import require_extra
from bot.app.serve import api_application
from bot.config import credentials, loading, secrets_file
from bot.operations.watch import Operations

HEALTH_TIMEOUT_SECONDS = 10.0
OPTIONS: Mapping[str, Any] = {
    "name": "api",
    "max_ongoing_requests": 64,
    "autoscaling_config": {"min_replicas": 1, "max_replicas": 4, "target_ongoing_requests": 16},
    "health_check_period_s": 10,
    "health_check_timeout_s": HEALTH_TIMEOUT_SECONDS,
    "graceful_shutdown_timeout_s": 20,
}
"""Defaults, which the file of a deployment may override."""


class ApiApplication:
    """The API's ASGI application, which opens its components when its server starts it."""

    def __init__(self, config: str | None) -> None:
        """``config`` is the path of the settings file on each node."""
        self._config = None if config is None else Path(config)
        self._app: ASGIApp | None = None
        self._operations: Operations | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or live until the server stops."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)

    async def check_health(self) -> None:
        """Check database and model.

        Raises:
            RuntimeError: one of them does not work; Serve replaces the replica.
        """
        if self._operations is None:
            return  # not started yet
        async with asyncio.timeout(HEALTH_TIMEOUT_SECONDS):
            readiness = await self._operations.check_readiness()
        if readiness.status != 200:
            raise RuntimeError(readiness.to_json())

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()  # the startup
        secrets_file.load_into_environment(self._config)
        settings = loading.load(self._config)
        self._operations = Operations(settings)
        async with api_application(settings, credentials.load(), self._operations) as app:
            self._app = app
            await send({"type": "lifespan.startup.complete"})
            await receive()  # the shutdown
        await send({"type": "lifespan.shutdown.complete"})


class _Replica:
    """Calls of Serve to a replica besides requests."""

    app: ApiApplication

    async def check_health(self) -> None:
        """Check database and model."""
        await self.app.check_health()


def api_deployment(config: str | None) -> Any:  # noqa: ANN401 - Ray may be missing
    """Return the deployment.

    Raises:
        ExtraMissing: the ``cluster`` extra is not installed.
    """
    require_extra("ray", "cluster")
    from ray import serve

    replica = serve.ingress(ApiApplication(config))(_Replica)
    return serve.deployment(**OPTIONS)(replica)


def build(arguments: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Return the application of a Serve configuration; ``arguments`` may have ``config``."""
    return api_deployment(arguments.get("config")).bind()

"""Entry points of the HTTP API, and of the tools for agents on standard input and output."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from bot.adapters.components import Components
from bot.app.assembly import assemble, console_settings
from bot.app.background_tasks import background_tasks
from bot.app.run import run_until, stop_on_signals
from bot.config.api_tokens import ApiToken
from bot.config.credentials import API_TOKENS_VARIABLE, Credentials
from bot.config.settings import Settings
from bot.core.errors import EmojiReactorError
from bot.http.hosts import is_loopback
from bot.operations.watch import Operations

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

logger = logging.getLogger(__name__)


class ExtraMissing(EmojiReactorError):
    """A command was called without its extra."""

    def __init__(self, package: str, extra: str) -> None:
        """Name the package that could not be imported, and the extra that brings it."""
        super().__init__(f"{package} is not installed; pip install 'emoji-reactor[{extra}]'")


class PublicWithoutToken(EmojiReactorError):
    """The API would listen for other machines without a token."""

    exit_status = 2


async def run_api(
    settings: Settings,
    credentials: Credentials,
    *,
    mcp: bool = False,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve the API until SIGINT or SIGTERM, or ``stop``; with ``mcp`` the tools for agents too.

    Raises:
        ExtraMissing: the ``api`` or ``mcp`` extra is not installed.
        PublicWithoutToken: other machines could use it, and there is no token.
        EmojiReactorError: nothing can listen there.
    """
    require_extra("fastapi", "api")
    require_extra("httptools", "api")
    if mcp:
        require_extra("mcp", "mcp")
    from bot.http.server import listen, serve, url_of

    host, _, port = settings.api.listen.rpartition(":")
    host = host.strip("[]")
    check_exposure(host, credentials.api_tokens)
    stop = stop or stop_on_signals()
    async with api_application(settings, credentials, Operations(settings), mcp=mcp) as app:
        listening = listen(host, int(port))
        logger.info("the API is at %s", url_of(*listening.getsockname()[:2]))
        await run_until(stop, serve(app, listening, settings.api.trusted_proxies))


@asynccontextmanager
async def api_application(
    settings: Settings, credentials: Credentials, operations: Operations, *, mcp: bool = False
) -> AsyncIterator["ASGIApp"]:
    """Open the components, and yield the application that answers with them."""
    from bot.api.app import create_app

    async with (
        _components(settings, credentials, operations) as components,
        _tool_routes(components, enabled=mcp) as tools,
    ):
        yield create_app(components, operations, settings.api, credentials.api_tokens, tools)


async def run_tools(settings: Settings, credentials: Credentials) -> None:
    """Offer the tools for agents on standard input and output, until the input ends.

    Raises:
        ExtraMissing: the ``mcp`` extra is not installed.
    """
    require_extra("mcp", "mcp")
    from bot.api.reactions import Reactions
    from bot.api.tools import build_tools

    async with _components(settings, credentials, Operations(settings)) as components:
        await build_tools(Reactions(components)).run_stdio_async()


def check_exposure(host: str, tokens: tuple[ApiToken, ...]) -> None:
    """Check that only this machine is answered without a token.

    Raises:
        PublicWithoutToken: other machines would be.
    """
    if not tokens and not is_loopback(host):
        raise PublicWithoutToken(
            f"{host} lets other machines in, so a token is needed: set {API_TOKENS_VARIABLE}, or"
            " listen at 127.0.0.1"
        )


def require_extra(package: str, extra: str) -> None:
    """Import a package of an extra.

    Raises:
        ExtraMissing: it is not installed.
    """
    try:
        import_module(package)
    except ModuleNotFoundError as error:
        raise ExtraMissing(error.name or package, extra) from None


@asynccontextmanager
async def _components(
    settings: Settings, credentials: Credentials, operations: Operations
) -> AsyncIterator[Components]:
    defaults = console_settings(settings)
    async with (
        assemble(settings, credentials, defaults, operations.observe) as components,
        background_tasks(components.store, components.service, settings),
        operations.watching(components, ()),
    ):
        yield components


@asynccontextmanager
async def _tool_routes(
    components: Components, *, enabled: bool
) -> AsyncIterator[Sequence["BaseRoute"]]:
    if not enabled:
        yield ()
        return
    from bot.api.reactions import Reactions
    from bot.api.tools import tool_routes

    async with tool_routes(Reactions(components)) as routes:
        yield routes

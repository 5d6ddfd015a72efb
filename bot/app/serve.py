"""Entry points of the HTTP API, the page, and the tools for agents on standard input and output."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.adapters.components import Components
from bot.app.assembly import assemble, console_settings
from bot.app.background_tasks import background_tasks
from bot.app.extras import require_extra
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

PAGE_MODULE = "bot.adapters.web"


class PublicWithoutToken(EmojiReactorError):
    """The API would listen for other machines without a token."""

    exit_status = 2


async def run_api(
    settings: Settings,
    credentials: Credentials,
    *,
    mcp: bool = False,
    page: bool = False,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve the API until SIGINT or SIGTERM, or ``stop``.

    With ``mcp`` the tools for agents too, with ``page`` the page on all other paths.

    Raises:
        ExtraMissing: the ``api``, ``mcp`` or ``web`` extra is not installed.
        PublicWithoutToken: other machines could use it, and there is no token.
        EmojiReactorError: nothing can listen there.
    """
    require_extra("fastapi", "api")
    require_extra("httptools", "api")
    if mcp:
        require_extra("mcp", "mcp")
    if page:
        require_extra(PAGE_MODULE, "web")
    from bot.http.server import serve_at

    host, _, port = settings.api.listen.rpartition(":")
    address = host.strip("[]"), int(port)
    check_exposure(address[0], credentials.api_tokens)
    stop = stop or stop_on_signals()
    name = "API, with the page," if page else "API"
    operations = Operations(settings)
    async with api_application(settings, credentials, operations, mcp=mcp, page=page) as app:
        await run_until(stop, serve_at(app, address, settings.api.trusted_proxies, name))


@asynccontextmanager
async def api_application(
    settings: Settings,
    credentials: Credentials,
    operations: Operations,
    *,
    mcp: bool = False,
    page: bool = False,
) -> AsyncIterator["ASGIApp"]:
    """Open the components, and yield the application that answers with them."""
    from bot.api.app import create_app
    from bot.api.beside_page import BesidePage

    async with (
        _components(settings, credentials, operations) as components,
        _tool_routes(components, enabled=mcp) as tools,
    ):
        api = create_app(components, operations, settings.api, credentials.api_tokens, tools)
        yield BesidePage(api, _page(components, settings, credentials)) if page else api


async def run_web(
    settings: Settings,
    credentials: Credentials,
    address: tuple[str, int],
    stop: asyncio.Event | None = None,
) -> None:
    """Serve the page at host and port until SIGINT or SIGTERM, or ``stop``.

    Raises:
        ExtraMissing: the ``web`` extra is not installed.
        EmojiReactorError: nothing can listen there.
    """
    require_extra(PAGE_MODULE, "web")
    from bot.http.server import serve_at

    stop = stop or stop_on_signals()
    async with (
        assemble(settings, credentials, console_settings(settings)) as components,
        background_tasks(components.store, components.service, settings),
    ):
        app = _page(components, settings, credentials)
        await run_until(stop, serve_at(app, address, settings.web.trusted_proxies, "page"))


def _page(components: Components, settings: Settings, credentials: Credentials) -> "ASGIApp":
    from bot.adapters.web import build_page_application

    secret = credentials.web_token
    token = None if secret is None else secret.get_secret_value()
    return build_page_application(components, settings, token)


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

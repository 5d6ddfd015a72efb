"""The web server of the page."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import gradio
import uvicorn
from fastapi import FastAPI

from bot.adapters.web.access import AccessControl
from bot.adapters.web.backend import PLATFORM
from bot.adapters.web.protocol import BoundedHeadProtocol
from bot.config.sections import WebSettings
from bot.core.errors import EmojiReactorError
from demo.page.build import build_page
from demo.page.interface import Backend
from demo.page.theme import serving_options

logger = logging.getLogger(__name__)

SHUTDOWN_TIMEOUT_SECONDS = 2
"""For requests in progress; an open page would keep its connection open."""


class AddressUnavailable(EmojiReactorError):
    """The server cannot listen at the address."""


class WebAdapter:
    """Adapter that serves Gradio's page with uvicorn in the bot's event loop."""

    name = PLATFORM

    def __init__(
        self,
        backend: Backend,
        address: tuple[str, int],
        settings: WebSettings,
        token: str | None = None,
    ) -> None:
        """Prepare to serve at host and port; only ``run`` listens."""
        self._backend = backend
        self._host, self._port = address
        self._settings = settings
        self._token = token

    async def run(self) -> None:
        """Serve until cancelled; requests in progress are answered.

        Raises:
            AddressUnavailable: the address is in use, or not one of this machine.
        """
        listening = listen(self._host, self._port)
        logging.getLogger("uvicorn.error").addFilter(_is_failure)
        server = _Server(
            uvicorn.Config(
                AccessControl(_application(self._backend), self._settings, self._token),
                http=BoundedHeadProtocol,
                forwarded_allow_ips=list(self._settings.trusted_proxies),
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_SECONDS,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        logger.info("the page is at %s", page_url(*listening.getsockname()[:2]))
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await asyncio.wait([serving])


def _is_failure(record: logging.LogRecord) -> bool:
    """Return False for uvicorn's errors about pages that are open at the shutdown."""
    cancelled = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cancelled and not str(record.msg).startswith("Cancel ")


class _Server(uvicorn.Server):
    """Server that leaves signals to the program."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def page_url(host: str, port: int) -> str:
    """Return the page's URL; an IPv6 address stands in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket without the delay of Nagle's algorithm.

    Raises:
        AddressUnavailable: the address is in use, or not one of this machine.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise AddressUnavailable(
            f"cannot listen at {host}:{port}: {error.strerror}; choose another --port or --host"
        ) from None
    # Accepted connections inherit the option. asyncio sets it only on sockets that it creates
    # itself; without it, the body of a response waits 40 ms for the acknowledgement of its head.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _application(backend: Backend) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    page = build_page(backend)
    gradio.mount_gradio_app(app, page, path="/", **serving_options(page))
    return app

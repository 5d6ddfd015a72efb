"""Serves the page over HTTP until it is cancelled."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import gradio
import uvicorn
from fastapi import FastAPI

from bot.adapters.web.reactor import PLATFORM
from bot.core.errors import EmojiReactorError
from demo.page import look
from demo.page.build import build
from demo.page.port import Reactor

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 2
"""What requests under way get; an open page holds a connection for as long as it is open."""


class PortTaken(EmojiReactorError):
    """Nothing can listen at the address."""


class WebAdapter:
    """Gradio's page on a uvicorn server inside the bot's own loop."""

    name = PLATFORM

    def __init__(self, reactor: Reactor, host: str, port: int) -> None:
        """Listen with ``run`` only."""
        self._reactor = reactor
        self._host = host
        self._port = port

    async def run(self) -> None:
        """Serve until cancelled; requests under way are answered.

        Raises:
            PortTaken: the address is taken, or not this machine's.
        """
        listening = listen(self._host, self._port)
        # Shutting down, uvicorn tells as an error that pages are still open.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        server = _Server(
            uvicorn.Config(
                _application(self._reactor),
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        logger.info("the page is at http://%s:%d", *listening.getsockname()[:2])
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await asyncio.wait([serving])


class _Server(uvicorn.Server):
    """Leaves the signals to the program."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket that answers at once.

    Raises:
        PortTaken: the address is taken, or not this machine's.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTaken(
            f"cannot listen at {host}:{port}: {error.strerror}; choose another --port or --host"
        ) from None
    # What is accepted inherits it. asyncio sets it on sockets of its own making alone, and without
    # it an answer's body waits 40 ms for the browser to acknowledge the head.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _application(reactor: Reactor) -> FastAPI:
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    page = build(reactor)
    gradio.mount_gradio_app(outer, page, path="/", **look.options(page))
    return outer

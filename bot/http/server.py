"""An ASGI application served by uvicorn in the bot's event loop."""

import asyncio
import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.core.errors import EmojiReactorError
from bot.http.head_timeout import BoundedHeadProtocol

logger = logging.getLogger(__name__)

SHUTDOWN_TIMEOUT_SECONDS = 2
"""For requests in progress; an open page would keep its connection open."""


class AddressUnavailable(EmojiReactorError):
    """The server cannot listen at the address."""


async def serve_at(
    app: ASGIApp, address: tuple[str, int], trusted_proxies: Sequence[str], name: str
) -> None:
    """Listen at host and port, and serve until cancelled; the log tells where ``name`` is.

    Raises:
        AddressUnavailable: the address is in use, or not one of this machine.
    """
    listening = listen(*address)
    logger.info("the %s is at %s", name, url_of(*listening.getsockname()[:2]))
    await serve(app, listening, trusted_proxies)


async def serve(app: ASGIApp, listening: socket.socket, trusted_proxies: Sequence[str]) -> None:
    """Serve until cancelled; requests in progress are answered.

    ``X-Forwarded-For`` of ``trusted_proxies``, addresses or networks, names the client.
    """
    logging.getLogger("uvicorn.error").addFilter(_is_failure)
    server = _Server(
        uvicorn.Config(
            app,
            http=BoundedHeadProtocol,
            forwarded_allow_ips=list(trusted_proxies),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_SECONDS,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
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


def url_of(host: str, port: int) -> str:
    """Return the server's URL; an IPv6 address stands in brackets."""
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
            f"cannot listen at {host}:{port}: {error.strerror}; choose another port or address"
        ) from None
    # Accepted connections inherit the option. asyncio sets it only on sockets that it creates
    # itself; without it, the body of a response waits 40 ms for the acknowledgement of its head.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening

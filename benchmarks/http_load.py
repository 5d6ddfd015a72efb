"""Requests at fixed times over connections that stay open, with little CPU time of their own.

A client library takes as long for a request as the server does beside the model, on the same cores.
"""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httptools

MAX_CONNECTIONS = 256


@dataclass(slots=True)
class Load:
    """Outcomes of the requests of one rate."""

    latencies: list[float] = field(default_factory=list)
    """Of answers with status 200, in seconds."""
    statuses: Counter[int] = field(default_factory=Counter)
    """0 for a request without an answer."""
    retry_after: int = 0
    """Answers that said when to come again."""
    seconds: float = 0.0


def post(url: str, path: str, document: object) -> bytes:
    """Return a request as the bytes that are sent."""
    body = json.dumps(document).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send_at_rate(url: str, requests: Sequence[bytes], rate: float, patience: float) -> Load:
    """Send ``rate`` requests a second and return what came of them.

    A latency counts from the time at which a request was due: while all connections are busy, it
    waits. Requests without an answer ``patience`` seconds after the last one have the status 0.
    """
    sender = _Sender(url, len(requests))
    start = time.perf_counter()
    for number, request in enumerate(requests):
        due = start + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        await sender.send(request, due)
    try:
        async with asyncio.timeout(patience):
            await sender.answered.wait()
    except TimeoutError:
        pass
    sender.close()
    load = sender.load
    load.seconds = time.perf_counter() - start
    load.statuses[0] += len(requests) - load.statuses.total()
    return load


class _Sender:
    """The connections to a server, and the requests that wait for one."""

    def __init__(self, url: str, count: int) -> None:
        self.load, self.answered = Load(), asyncio.Event()
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 80
        self._count = count
        self._open: set[_Connection] = set()
        self._idle: list[_Connection] = []
        self._waiting: deque[tuple[bytes, float]] = deque()

    async def send(self, request: bytes, due: float) -> None:
        self._waiting.append((request, due))
        if not self._idle and len(self._open) < MAX_CONNECTIONS:
            await asyncio.get_running_loop().create_connection(
                lambda: _Connection(self), self._host, self._port
            )
        self._assign()

    def opened(self, connection: "_Connection") -> None:
        self._open.add(connection)
        self._idle.append(connection)

    def done(self, connection: "_Connection", status: int) -> None:
        """Note an answer; its connection is idle."""
        self.load.statuses[status] += 1
        if status == 200:
            self.load.latencies.append(time.perf_counter() - connection.due)
        self._idle.append(connection)
        self._assign()
        if self.load.statuses.total() == self._count:
            self.answered.set()

    def closed(self, connection: "_Connection") -> None:
        """Forget a connection; a request on it stays without an answer."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def close(self) -> None:
        for connection in list(self._open):
            connection.close()

    def _assign(self) -> None:
        while self._waiting and self._idle:
            self._idle.pop().send(*self._waiting.popleft())


class _Connection(asyncio.Protocol):
    """One connection, with at most one request in progress."""

    def __init__(self, sender: _Sender) -> None:
        self._sender = sender
        self._parser = httptools.HttpResponseParser(self)
        self.due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._sender.opened(self)

    def send(self, request: bytes, due: float) -> None:
        self.due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._sender.load.retry_after += name.lower() == b"retry-after"

    def on_message_complete(self) -> None:
        self._sender.done(self, self._parser.get_status_code())

    def connection_lost(self, exc: Exception | None) -> None:
        self._sender.closed(self)

    def close(self) -> None:
        self._transport.close()

"""A forward proxy on loopback, as companies run them: CONNECT, and plain requests."""

import asyncio
import base64
from contextlib import suppress
from urllib.parse import urlsplit

USER, PASSWORD = "emoji", "pa ss"
_AUTHORIZATION = base64.b64encode(f"{USER}:{PASSWORD}".encode())
_REFUSED = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class ForwardProxy:
    """Passes the bytes of every connection on, and remembers where to."""

    def __init__(self, *, authenticates: bool = False) -> None:
        """With ``authenticates``, refuse who does not give user and password."""
        self.requests: list[str] = []
        """Method and target of the first request of each connection."""
        self._authenticates = authenticates
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and cut the connections."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                head = await reader.readuntil(b"\r\n\r\n")
                method, target = head.decode("latin-1").split()[:2]
                self.requests.append(f"{method} {target}")
                if self._authenticates and _AUTHORIZATION not in head:
                    writer.write(_REFUSED)
                    return
                address = urlsplit(f"//{target}" if method == "CONNECT" else target)
                there = await asyncio.open_connection(address.hostname, address.port)
                if method == "CONNECT":
                    writer.write(_ESTABLISHED)
                else:
                    there[1].write(head)
                await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
        finally:
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()

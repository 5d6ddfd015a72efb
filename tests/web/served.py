"""The page in front of any reactor, inside the test's process."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bot.adapters.web.adapter import WebAdapter
from demo.page.admission import READ, RUN
from demo.page.palette import Palette
from demo.page.port import Reactor
from tests.web.process import eventually


class Served:
    """The page on a thread of its own; the browser's client keeps this one's loop."""

    def __init__(self, reactor: Reactor) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port: int = taken.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._reactor = reactor
        self.function = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=asyncio.run, args=(self._serve(),))
        thread.start()
        try:
            eventually(self._listens)
            config = httpx.get(f"{self.url}/config").raise_for_status().json()
            [self.function] = [d["id"] for d in config["dependencies"] if d["api_name"] == READ]
            yield
        finally:
            self.set(self._end)
            thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        serving = asyncio.create_task(WebAdapter(self._reactor, "127.0.0.1", self.port).run())
        await self._end.wait()
        serving.cancel()
        await asyncio.wait([serving])

    def set(self, event: asyncio.Event) -> None:
        """From this thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(event.set)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except OSError:
            return False
        return True

    def ask(self, text: str, person: int) -> socket.socket:
        """Send a text as a browser does; the answer is still to be read."""
        asked = {
            "data": [text, str(Palette.ALL), [], None, ""],
            "fn_index": self.function,
            "session_hash": f"person{person}",
        }
        body = json.dumps(asked).encode()
        head = f"POST {RUN} HTTP/1.1\r\nHost: {self.url[7:]}\r\nConnection: close\r\n"
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sendall(f"{head}{kind}".encode() + body)
        return connection

"""The page in front of a backend, served in the test's process."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bot.adapters.web import page_application
from bot.config.sections import WebSettings
from bot.http.server import serve_at
from demo.page.candidates import CandidateSet
from demo.page.events import PREDICT_FUNCTION
from demo.page.interface import Backend
from demo.page.load_shedding import RUN_PATH
from tests.web.page_process import eventually


class PageServer:
    """Server on a thread: the browser's client occupies the loop of the main thread."""

    def __init__(
        self,
        backend: Backend,
        settings: WebSettings = WebSettings(max_requests_per_minute=1_000_000),  # noqa: B008
        token: str | None = None,
    ) -> None:
        self._settings, self._token = settings, token
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._backend = backend
        self.function = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=asyncio.run, args=(self._serve(),))
        thread.start()
        try:
            eventually(self._listens)
            headers = {"Authorization": f"Bearer {self._token}"}
            config = httpx.get(f"{self.url}/config", headers=headers).raise_for_status().json()
            [self.function] = [
                d["id"] for d in config["dependencies"] if d["api_name"] == PREDICT_FUNCTION
            ]
            yield
        finally:
            self.set(self._end)
            thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = page_application(self._backend, self._settings, self._token)
        address, proxies = ("127.0.0.1", self.port), self._settings.trusted_proxies
        serving = asyncio.create_task(serve_at(app, address, proxies, "page"))
        await self._end.wait()
        serving.cancel()
        await asyncio.wait([serving])

    def set(self, event: asyncio.Event) -> None:
        """Set an event of the server's loop from the main thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(event.set)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except OSError:
            return False
        return True

    def send_text(self, text: str, visitor: int) -> socket.socket:
        """Send a text as a browser does; the caller reads the response."""
        event = {
            "data": [text, str(CandidateSet.ALL), [], None, ""],
            "fn_index": self.function,
            "session_hash": f"visitor{visitor}",
        }
        body = json.dumps(event).encode()
        head = f"POST {RUN_PATH} HTTP/1.1\r\nHost: {self.url[7:]}\r\nConnection: close\r\n"
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sendall(f"{head}{kind}".encode() + body)
        return connection

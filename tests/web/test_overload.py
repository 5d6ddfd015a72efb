"""More people than can be answered: the real page in front of a reactor that the test holds up."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, expect

from bot.adapters.web.adapter import WebAdapter
from demo.page.admission import MOST, READ, RUN
from demo.page.palette import Palette
from demo.page.port import PersonId, Reading
from demo.page.turn import BUSY
from tests.web.fakes import FakeReactor
from tests.web.process import eventually
from tests.web.visitor import PATIENCE, visiting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

HELD = "held up"


class HeldUp(FakeReactor):
    """Answers one text only once it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0
        self.go = asyncio.Event()

    async def read(self, person: PersonId, text: str, candidates: frozenset[str] | None) -> Reading:
        if text == HELD:
            self.waiting += 1
            await self.go.wait()
        return await super().read(person, text, candidates)


class Served:
    """The page on a thread of its own; the browser's client keeps this one's loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port: int = taken.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.reactor = HeldUp()
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
        serving = asyncio.create_task(WebAdapter(self.reactor, "127.0.0.1", self.port).run())
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


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    with served.running():
        yield served


@contextmanager
def crowd(served: Served) -> Iterator[list[socket.socket]]:
    """As many people as are let in, all of them waiting."""
    with ExitStack() as stack:
        yield [stack.enter_context(served.ask(HELD, number)) for number in range(MOST)]


def answer(connection: socket.socket) -> tuple[str, str]:
    """The status line, and what is shown."""
    with connection.makefile("rb") as file:
        head, _, body = file.read().decode().partition("\r\n\r\n")
    return head.splitlines()[0], json.loads(body)["data"][1]


def test_who_comes_too_late_is_told_at_once_and_the_others_are_answered(served: Served) -> None:
    with crowd(served) as waiting:
        eventually(lambda: served.reactor.waiting == MOST)
        with served.ask("hello", MOST) as late:
            status, page = answer(late)
        assert "200" in status
        assert BUSY in page
        served.set(served.reactor.go)
        assert all("😂" in answer(connection)[1] for connection in waiting)
        with served.ask("hello", MOST) as again:
            assert "😂" in answer(again)[1]


def test_a_visitor_reads_so_and_is_answered_without_typing_again(
    served: Served, browser: Browser
) -> None:
    expect.set_options(timeout=PATIENCE)
    with visiting(browser, served.url) as visitor, crowd(served):
        eventually(lambda: served.reactor.waiting == MOST)
        visitor.write("hello")
        expect(visitor.status).to_have_text(BUSY)
        expect(visitor.tiles.first).to_be_disabled()
        served.set(served.reactor.go)
        visitor.sees("😂", "😭")
        expect(visitor.status).to_contain_text("would react with 😂")

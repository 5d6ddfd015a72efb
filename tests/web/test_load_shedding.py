"""Load shedding: the page in front of a backend that the test delays."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, expect

from demo.page.controller import OVERLOADED
from demo.page.interface import PredictionResult, VisitorId
from demo.page.load_shedding import MAX_CONCURRENT_REQUESTS
from tests.web.fakes import FakeBackend
from tests.web.page_process import eventually
from tests.web.server import PageServer
from tests.web.visitor import TIMEOUT_MILLISECONDS, visiting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

DELAYED_TEXT = "delayed"


class DelayedBackend(FakeBackend):
    """Backend that answers one text only after ``release`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0
        self.release = asyncio.Event()

    async def predict(
        self, visitor: VisitorId, text: str, candidates: frozenset[str] | None
    ) -> PredictionResult:
        if text == DELAYED_TEXT:
            self.waiting += 1
            await self.release.wait()
        return await super().predict(visitor, text, candidates)


@pytest.fixture
def backend() -> DelayedBackend:
    return DelayedBackend()


@pytest.fixture
def server(backend: DelayedBackend) -> Iterator[PageServer]:
    server = PageServer(backend)
    with server.running():
        yield server


@contextmanager
def full_load(server: PageServer) -> Iterator[list[socket.socket]]:
    """Open as many waiting requests as are accepted."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(server.send_text(DELAYED_TEXT, number))
            for number in range(MAX_CONCURRENT_REQUESTS)
        ]


def read_response(connection: socket.socket) -> tuple[str, str]:
    """Return the status line and the HTML of the tiles."""
    with connection.makefile("rb") as file:
        head, _, body = file.read().decode().partition("\r\n\r\n")
    return head.splitlines()[0], json.loads(body)["data"][1]


def test_a_request_beyond_the_limit_is_refused_and_the_others_are_answered(
    server: PageServer, backend: DelayedBackend
) -> None:
    with full_load(server) as waiting:
        eventually(lambda: backend.waiting == MAX_CONCURRENT_REQUESTS)
        with server.send_text("hello", MAX_CONCURRENT_REQUESTS) as late:
            status, page = read_response(late)
        assert "200" in status
        assert OVERLOADED in page
        server.set(backend.release)
        assert all("😂" in read_response(connection)[1] for connection in waiting)
        with server.send_text("hello", MAX_CONCURRENT_REQUESTS) as again:
            assert "😂" in read_response(again)[1]


def test_a_refused_visitor_is_answered_without_typing_again(
    server: PageServer, backend: DelayedBackend, browser: Browser
) -> None:
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    with visiting(browser, server.url) as visitor, ExitStack() as stack:
        visitor.write("hi")  # after this, no event of the opening is under way
        visitor.expect_first("😂", "😭")
        stack.enter_context(full_load(server))
        eventually(lambda: backend.waiting == MAX_CONCURRENT_REQUESTS)
        visitor.write("hello")
        expect(visitor.status).to_have_text(OVERLOADED)
        expect(visitor.tiles.first).to_be_disabled()
        server.set(backend.release)
        visitor.expect_first("😂", "😭")
        expect(visitor.status).to_contain_text("would react with 😂")

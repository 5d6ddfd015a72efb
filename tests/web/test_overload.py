"""More people than can be answered: the real page in front of a reactor that the test holds up."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, expect

from demo.page.admission import MOST
from demo.page.port import PersonId, Reading
from demo.page.turn import BUSY
from tests.web.fakes import FakeReactor
from tests.web.process import eventually
from tests.web.served import Served
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


@pytest.fixture
def reactor() -> HeldUp:
    return HeldUp()


@pytest.fixture
def served(reactor: HeldUp) -> Iterator[Served]:
    served = Served(reactor)
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


def test_who_comes_too_late_is_told_at_once_and_the_others_are_answered(
    served: Served, reactor: HeldUp
) -> None:
    with crowd(served) as waiting:
        eventually(lambda: reactor.waiting == MOST)
        with served.ask("hello", MOST) as late:
            status, page = answer(late)
        assert "200" in status
        assert BUSY in page
        served.set(reactor.go)
        assert all("😂" in answer(connection)[1] for connection in waiting)
        with served.ask("hello", MOST) as again:
            assert "😂" in answer(again)[1]


def test_a_visitor_reads_so_and_is_answered_without_typing_again(
    served: Served, reactor: HeldUp, browser: Browser
) -> None:
    expect.set_options(timeout=PATIENCE)
    with visiting(browser, served.url) as visitor, crowd(served):
        eventually(lambda: reactor.waiting == MOST)
        visitor.write("hello")
        expect(visitor.status).to_have_text(BUSY)
        expect(visitor.tiles.first).to_be_disabled()
        served.set(reactor.go)
        visitor.sees("😂", "😭")
        expect(visitor.status).to_contain_text("would react with 😂")

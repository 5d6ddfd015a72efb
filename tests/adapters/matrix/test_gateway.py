"""Requests to a homeserver that refuses for a while, over a socket."""

from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

pytest.importorskip("nio", reason="the matrix extra is not installed")

from bot.adapters.matrix.gateway import Gateway
from bot.config.sections import MatrixSettings
from bot.core.connection import Connection
from bot.core.errors import PlatformRefused

Answer = tuple[int, dict[str, object]]
SENT: Answer = (200, {"event_id": "$1"})
LIMITED: Answer = (429, {"errcode": "M_LIMIT_EXCEEDED", "error": "slow", "retry_after_ms": 1})


class Homeserver:
    """Answers the requests in the given order."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.paths: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        """Give the next answer."""
        self.paths.append(request.path)
        status, body = self.answers.pop(0)
        return web.json_response(body, status=status)


@pytest.fixture
async def homeserver() -> Homeserver:
    return Homeserver()


@pytest.fixture
async def build(homeserver: Homeserver) -> AsyncIterator[Callable[[Connection], Gateway]]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", homeserver.handle)
    built: list[Gateway] = []
    async with TestServer(app) as server:

        def build(connection: Connection) -> Gateway:
            settings = MatrixSettings(homeserver=str(server.make_url("/")))
            built.append(Gateway(settings, "token", connection, None))
            return built[-1]

        yield build
        for gateway in built:
            await gateway.client.close()


async def test_pauses_that_the_homeserver_asks_for_are_kept(
    homeserver: Homeserver, build: Callable[[Connection], Gateway]
) -> None:
    connection = Connection()
    homeserver.answers = [LIMITED, (502, {}), LIMITED, SENT]
    assert await build(connection).send("!room", "m.reaction", {}, "a transaction") == "$1"
    assert connection.rate_limited == 2
    assert connection.errors == {"rate_limited": 2, "network": 1}
    assert len(set(homeserver.paths)) == 1  # the same transaction, which is taken once


async def test_a_limit_longer_than_the_deadline_is_a_refusal(
    homeserver: Homeserver, build: Callable[[Connection], Gateway]
) -> None:
    connection = Connection()
    homeserver.answers = [(429, LIMITED[1] | {"retry_after_ms": 60_000})]
    with pytest.raises(PlatformRefused, match="too_late"):
        await build(connection).send("!room", "m.reaction", {}, "a transaction", seconds=0.5)
    assert connection.errors == {"rate_limited": 1, "too_late": 1}


@pytest.mark.parametrize(
    ("status", "code", "name"),
    [(403, "M_FORBIDDEN", "forbidden"), (404, "M_NOT_FOUND", "message_gone"), (400, "?", "error")],
)
async def test_refusals_have_names(
    homeserver: Homeserver,
    build: Callable[[Connection], Gateway],
    status: int,
    code: str,
    name: str,
) -> None:
    homeserver.answers = [(status, {"errcode": code, "error": "a text with zanzibar"})]
    with pytest.raises(PlatformRefused, match=name) as raised:
        await build(Connection()).send("!room", "m.reaction", {}, "a transaction")
    assert "zanzibar" not in str(raised.value)

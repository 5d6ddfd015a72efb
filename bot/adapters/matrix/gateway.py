"""Requests to the homeserver."""

import io
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from aiohttp import ClientError
from nio import AsyncClient, AsyncClientConfig, ErrorResponse

from bot.adapters.calls import UNREACHABLE, Calls
from bot.adapters.text_platform.message import DUPLICATE_REACTION
from bot.config.proxy import proxy_for
from bot.config.sections import MatrixSettings
from bot.core.connection import Connection
from bot.core.errors import PlatformRefused

ATTEMPT_SECONDS = 20.0
TIMEOUT_SECONDS = 30.0
SERVER_ERROR = 500
INVALID_TOKEN = "invalid_token"  # noqa: S105 - a name of an error
RATE_LIMITED = "rate_limited"
_NAMES = {
    "M_UNKNOWN_TOKEN": INVALID_TOKEN,
    "M_MISSING_TOKEN": INVALID_TOKEN,
    "M_LIMIT_EXCEEDED": RATE_LIMITED,
    "M_FORBIDDEN": "forbidden",
    "M_NOT_FOUND": "message_gone",
    "M_DUPLICATE_ANNOTATION": DUPLICATE_REACTION,
    "M_TOO_LARGE": "too_large",
}

Request = Callable[[], Awaitable[Any]]
"""A request of the library, which has no types."""


class Gateway:
    """The client of one account. Its methods raise ``PlatformRefused`` with a name."""

    def __init__(
        self, settings: MatrixSettings, token: str, connection: Connection, proxy: str | None
    ) -> None:
        """Prepare the client, without any request."""
        # The library logs what it cannot parse, message texts included.
        logging.getLogger("nio").setLevel(logging.CRITICAL + 1)
        url = (settings.homeserver or "").rstrip("/")  # without one no adapter is started
        # It waits for rate limits; other failures are repeated by ``Calls``.
        config = AsyncClientConfig(max_timeouts=0, request_timeout=ATTEMPT_SECONDS)
        self.client = AsyncClient(url, config=config, proxy=proxy_for(url, proxy))
        self.client.access_token = token
        self.client.add_response_callback(self._count_limit, ErrorResponse)
        self._connection = connection
        self._calls = Calls(connection)

    @property
    def user(self) -> str:
        """The bot's user id, once it is known."""
        return str(self.client.user_id)

    async def ask(self, request: Request) -> Any:  # noqa: ANN401
        """Return the response of a request that is made once."""
        return await self._calls.once(partial(_response, request))

    async def request(self, request: Request, seconds: float | None = TIMEOUT_SECONDS) -> Any:  # noqa: ANN401
        """Return the response of a request, repeated while the homeserver cannot be reached."""
        return await self._calls.repeated(partial(_response, request), seconds)

    async def send(
        self,
        room: str,
        kind: str,
        content: Mapping[str, Any],
        transaction: str,
        seconds: float = TIMEOUT_SECONDS,
    ) -> str:
        """Send an event and return its id.

        The homeserver takes a transaction once: what is sent again after a crash is shown once.
        """
        request = partial(self.client.room_send, room, kind, dict(content), transaction)
        return str((await self.request(request, seconds)).event_id)

    async def upload(self, content: bytes, name: str, kind: str) -> str:
        """Store a file on the homeserver and return its address."""
        upload, size = self.client.upload, len(content)
        request = partial(upload, lambda *_: io.BytesIO(content), kind, name, filesize=size)
        return str((await self.request(request)).content_uri)

    async def _count_limit(self, response: ErrorResponse) -> None:
        if _name(response) == RATE_LIMITED:
            self._connection.rate_limited += 1
            self._connection.errors[RATE_LIMITED] += 1


async def _response(request: Request) -> Any:  # noqa: ANN401
    try:
        response = await request()
    except (ClientError, TimeoutError):
        raise PlatformRefused(UNREACHABLE) from None
    if isinstance(response, tuple):  # of an upload, with the keys of an encrypted file
        response = response[0]
    if isinstance(response, ErrorResponse):
        raise PlatformRefused(_name(response))
    return response


def _name(response: ErrorResponse) -> str:
    transport = response.transport_response
    if transport is not None and transport.status >= SERVER_ERROR:
        return UNREACHABLE
    return _NAMES.get(str(response.status_code), "error")

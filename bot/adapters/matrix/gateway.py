"""Requests to the homeserver: repeated within its limits, refused by name."""

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import ClientError
from nio import AsyncClient, AsyncClientConfig, ErrorResponse

from bot.config.proxy import proxy_for
from bot.core.connection import Connection
from bot.core.errors import EmojiReactorError, PlatformRefused

FIRST_RETRY_SECONDS = 0.25
MAX_RETRY_SECONDS = 60.0
REQUEST_TIMEOUT_SECONDS = 20.0
SERVER_ERROR = 500
INVALID_TOKEN = "invalid_token"  # noqa: S105 - a name of an error
RATE_LIMITED = "rate_limited"
DUPLICATE_REACTION = "duplicate_reaction"
BAD_POSITION = "bad_request"
_NAMES = {
    "M_UNKNOWN_TOKEN": INVALID_TOKEN,
    "M_MISSING_TOKEN": INVALID_TOKEN,
    "M_LIMIT_EXCEEDED": RATE_LIMITED,
    "M_FORBIDDEN": "forbidden",
    "M_NOT_FOUND": "message_gone",
    "M_DUPLICATE_ANNOTATION": DUPLICATE_REACTION,
    "M_INVALID_PARAM": BAD_POSITION,
    "M_TOO_LARGE": "too_large",
}
_REFUSED = (
    "Matrix refused the token; log in with the bot's account once more and copy its access token"
)


class Gateway:
    """The client of one account; every request has a deadline of its caller."""

    def __init__(
        self, homeserver: str | None, token: str, connection: Connection, proxy: str | None
    ) -> None:
        """Prepare the client, without any request.

        Raises:
            EmojiReactorError: there is no homeserver.
        """
        if homeserver is None:
            raise EmojiReactorError(
                "matrix.homeserver is not set: give the https address of the bot's homeserver"
            )
        # The library logs what it cannot parse, message texts included.
        logging.getLogger("nio").setLevel(logging.CRITICAL + 1)
        # It would wait for limits and repeat requests for ever; ``request`` does so by our limits.
        config = AsyncClientConfig(
            max_limit_exceeded=0, max_timeouts=0, request_timeout=REQUEST_TIMEOUT_SECONDS
        )
        url = homeserver.rstrip("/")
        self.client = AsyncClient(url, config=config, proxy=proxy_for(url, proxy))
        self.client.access_token = token
        self._connection = connection

    @property
    def user(self) -> str:
        """The bot's user id, once it is known."""
        return str(self.client.user_id)

    async def log_in(self) -> None:
        """Find out whose token it is.

        Raises:
            EmojiReactorError: the homeserver refused the token.
        """
        await self.checked(self.client.whoami)

    async def checked(self, call: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - untyped
        """Return the response of a request that every valid token may make.

        Raises:
            EmojiReactorError: the homeserver refused the token.
            PlatformRefused: it refused something else.
        """
        try:
            return await self.request(call)
        except PlatformRefused as error:
            if error.reason == INVALID_TOKEN:
                raise EmojiReactorError(_REFUSED) from None
            raise

    async def request(self, call: Callable[[], Awaitable[Any]], *, once: bool = False) -> Any:  # noqa: ANN401 - the library has no types
        """Repeat a request until it succeeds, after the pauses that the homeserver asks for.

        Raises:
            PlatformRefused: with the name of the error; with ``once`` also of a temporary one.
        """
        delay = FIRST_RETRY_SECONDS
        while True:
            try:
                response = await call()
            except (ClientError, TimeoutError):
                name, pause = "network", delay
            else:
                if not isinstance(response, ErrorResponse):
                    return response
                name, pause = self._failure(response, delay)
            self._connection.errors[name] += 1
            if once or not pause:
                raise PlatformRefused(name)
            await asyncio.sleep(pause)
            delay = min(2 * delay, MAX_RETRY_SECONDS)

    async def send(
        self,
        room: str,
        kind: str,
        content: Mapping[str, Any],
        transaction: str,
        *,
        once: bool = False,
    ) -> str:
        """Send an event and return its id.

        The homeserver takes a transaction once: what is sent again after a crash is shown once.

        Raises:
            PlatformRefused: with the name of the error.
        """
        response = await self.request(
            lambda: self.client.room_send(room, kind, dict(content), transaction), once=once
        )
        return str(response.event_id)

    async def upload(self, content: bytes, name: str, kind: str) -> str:
        """Store a file on the homeserver and return its address.

        Raises:
            PlatformRefused: with the name of the error.
        """

        async def upload() -> Any:  # noqa: ANN401 - the library has no types
            file = io.BytesIO(content)
            response, _ = await self.client.upload(
                lambda *_: file, kind, name, filesize=len(content)
            )
            return response

        return str((await self.request(upload)).content_uri)

    def _failure(self, response: ErrorResponse, delay: float) -> tuple[str, float]:
        """Return the name of an error, and the pause before the next try; 0 if there is none."""
        name = _NAMES.get(str(response.status_code), "error")
        if name == RATE_LIMITED:
            self._connection.rate_limited += 1
            return name, (response.retry_after_ms or 1000 * delay) / 1000
        transport = response.transport_response
        is_temporary = transport is not None and transport.status >= SERVER_ERROR
        return ("network", delay) if is_temporary else (name, 0.0)

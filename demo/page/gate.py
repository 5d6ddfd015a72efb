"""The page's door: the paths that it serves, and bounds on the body of every request."""

import asyncio
import re
from collections.abc import Callable

from gradio import Blocks
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .events import MAX_BODY_BYTES, EventParser, InvalidEvent

BODY_TIMEOUT_SECONDS = 10.0
"""Time for a request's body to arrive."""

_READABLE = re.compile(
    r"/|/(config|theme\.css|favicon\.ico|robots\.txt)|/(assets|static)/.+"
    r"|/gradio_api/(info|startup-events|heartbeat/[\w-]+|queue/data|call/(v2/)?predict/[\w-]+)"
)


class BodyTooLarge(Exception):
    """The body has more bytes than any event of the page."""


def request_gate(blocks: Blocks) -> Middleware:
    """Return the middleware for the application that serves ``blocks``."""
    return Middleware(RequestGate, EventParser(blocks))


class RequestGate:
    """ASGI middleware that passes on only whole, small and well-formed requests.

    Gradio has many other routes, such as a proxy and uploads, which this page does not need.
    """

    def __init__(
        self, app: ASGIApp, parser: EventParser, timeout: float = BODY_TIMEOUT_SECONDS
    ) -> None:
        """Wrap ``app``."""
        self._app = app
        self._timeout = timeout
        self._parsers: dict[str, Callable[[bytes], None]] = {
            "/gradio_api/run/predict": parser.parse_event,
            "/gradio_api/queue/join": parser.parse_call,
            "/gradio_api/call/predict": parser.parse_call,
            "/gradio_api/call/v2/predict": parser.parse_named_arguments,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with an error."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await _refuse(404, "not found")(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD") and _READABLE.fullmatch(_path(scope)):
            await self._app(scope, receive, send)
        elif scope["method"] == "POST" and (parse := self._parsers.get(_path(scope))):
            await self._pass_event(parse, scope, receive, send)
        else:
            await _refuse(404, "not found")(scope, receive, send)

    async def _pass_event(
        self, parse: Callable[[bytes], None], scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                body = await _read_body(receive)
            if body is None:  # the client has gone
                return
            parse(body)
        except TimeoutError:
            response = _refuse(408, f"the request took longer than {self._timeout:.0f} seconds")
        except BodyTooLarge:
            response = _refuse(413, f"more than {MAX_BODY_BYTES:,} bytes")
        except InvalidEvent as error:
            response = _refuse(422, str(error))
        else:
            await self._app(scope, replay(body, receive), send)
            return
        await response(scope, receive, send)


def _path(scope: Scope) -> str:
    """Return the path below the mount point, without a slash at the end."""
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    return path.rstrip("/") or "/"


def _refuse(status: int, error: str) -> JSONResponse:
    # Gradio's clients show "error" of a response; the connection may hold the rest of a body.
    return JSONResponse({"error": error}, status, {"Connection": "close"})


async def _read_body(receive: Receive) -> bytes | None:
    """Return the body; None if the client has gone before its end.

    Raises:
        BodyTooLarge: it has more than ``MAX_BODY_BYTES``; the rest is not read.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body.extend(message.get("body", b""))
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that yields the body that was read already, then later messages."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed

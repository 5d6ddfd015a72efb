"""Request bodies, read as a whole before the application sees them."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from bot.api.problems import ApiProblem


async def read_body(headers: Headers, receive: Receive, max_bytes: int) -> Receive:
    """Read a body, and return the function that gives it to the application.

    Raises:
        ApiProblem: it is longer than ``max_bytes``, or the client went away.
    """
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise _too_long(max_bytes)
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ApiProblem(HTTPStatus.BAD_REQUEST, "the body ended early")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            raise _too_long(max_bytes)
        chunks.append(chunk)
        more = message.get("more_body", False)
    waiting = [{"type": "http.request", "body": b"".join(chunks), "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


def _too_long(max_bytes: int) -> ApiProblem:
    return ApiProblem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have {max_bytes} bytes; send fewer texts"
    )

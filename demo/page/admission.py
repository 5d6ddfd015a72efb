"""Where too many texts are read at once, the next ones are told so, before Gradio works on them."""

import json
from typing import Any

from gradio import Blocks
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .turn import busy

RUN = "/gradio_api/run/predict"
"""Where browsers send what people do."""
MOST = 64
"""Requests under way; a text that had to wait for more would be answered too late."""

READ = "read"
"""The function, by name, that answers a change of the text."""


def admission(blocks: Blocks) -> Middleware:
    """For the application that serves the page."""
    [function] = [number for number, each in blocks.fns.items() if each.api_name == READ]
    return Middleware(Admission, function)


class Admission:
    """ASGI middleware that answers texts beyond ``MOST`` itself, at a tenth of Gradio's cost."""

    def __init__(self, app: ASGIApp, function: int, most: int = MOST) -> None:
        """Stand before ``app``, in which the function of this number reads texts."""
        self._app = app
        self._function = function
        self._most = most
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything through but a text that comes when too many are read."""
        if scope["type"] != "http" or not scope["path"].endswith(RUN):
            await self._app(scope, receive, send)
            return
        if self._under_way >= self._most:
            body = await Request(scope, receive).body()
            if _function(body) == self._function:
                await JSONResponse(_answer())(scope, receive, send)
                return
            receive = _again(body, receive)
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1


def _function(body: bytes) -> object:
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    return asked.get("fn_index") if isinstance(asked, dict) else None


def _answer() -> dict[str, Any]:
    """As Gradio words it: a new value for the tiles, nothing new for the other parts."""
    same = {"__type__": "update"}
    return {"data": [None, busy(), same], "is_generating": False, "changed_state_ids": []}


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, once more, and then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again

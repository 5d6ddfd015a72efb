"""Load shedding: while too many texts are being predicted, further ones are refused cheaply."""

import json
from typing import Any

from gradio import Blocks
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .api import OVERLOADED as API_OVERLOADED
from .controller import render_overloaded
from .events import API_FUNCTION, PREDICT_FUNCTION
from .gate import replay

RUN_PATH = "/gradio_api/run/predict"
"""Path to which browsers send all events of the page."""
MAX_CONCURRENT_REQUESTS = 64
"""A text that waited for more of them would be answered too late."""


def load_shedding(blocks: Blocks) -> Middleware:
    """Return the middleware for the application that serves ``blocks``."""
    numbers = {str(block.api_name): number for number, block in blocks.fns.items()}
    return Middleware(LoadSheddingMiddleware, numbers[PREDICT_FUNCTION], numbers[API_FUNCTION])


class LoadSheddingMiddleware:
    """ASGI middleware that answers texts beyond the limit itself, at a tenth of Gradio's cost."""

    def __init__(
        self,
        app: ASGIApp,
        function: int,
        api_function: int,
        max_requests: int = MAX_CONCURRENT_REQUESTS,
    ) -> None:
        """Wrap ``app``; the numbers are Gradio's, of the functions for visitors and programs."""
        self._app = app
        self._function = function
        self._api_functions = (api_function, None)  # None: found by the name in the path
        self._max_requests = max_requests
        self._concurrent = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on unless it is a text beyond the limit."""
        if scope["type"] != "http" or not scope["path"].endswith(RUN_PATH):
            await self._app(scope, receive, send)
            return
        if self._concurrent >= self._max_requests:
            body = await Request(scope, receive).body()
            if response := self._refuse(_requested_function(body)):
                await response(scope, receive, send)
                return
            receive = replay(body, receive)
        self._concurrent += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._concurrent -= 1

    def _refuse(self, function: object) -> JSONResponse | None:
        """Return the response to a text; None for other events, which cost little."""
        if function == self._function:
            return JSONResponse(_overloaded_response())
        if function in self._api_functions:
            return JSONResponse({"error": API_OVERLOADED}, 503, {"Retry-After": "1"})
        return None


def _requested_function(body: bytes) -> object:
    try:
        request = json.loads(body)
    except ValueError:
        return None
    return request.get("fn_index") if isinstance(request, dict) else None


def _overloaded_response() -> dict[str, Any]:
    """Return Gradio's response with new tiles; the other components stay as they are."""
    unchanged = {"__type__": "update"}
    return {
        "data": [None, render_overloaded(), unchanged],
        "is_generating": False,
        "changed_state_ids": [],
    }

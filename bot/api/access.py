"""Checks before the application: token, scope, rate, overload, body, time; and metrics."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api.body import read_body
from bot.api.clients import ApiClient, ClientRegistry
from bot.api.problems import ApiProblem, busy, unavailable
from bot.config import api_tokens
from bot.config.sections import ApiSettings
from bot.http.hosts import is_allowed_host
from bot.http.rate_limit import RateLimit, network_of
from bot.log import describe
from bot.operations.metrics import Metrics
from bot.remote.messages import MODEL_PATH, OFFSETS_PATH, SCORES_PATH

logger = logging.getLogger(__name__)

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json"})
"""They need no token."""
MCP_PATH = "/mcp"
SCOPES: Mapping[str, api_tokens.Scope] = {
    "/v1/predict": api_tokens.Scope.PREDICT,
    "/v1/emoji": api_tokens.Scope.PREDICT,
    MODEL_PATH: api_tokens.Scope.PREDICT,
    SCORES_PATH: api_tokens.Scope.PREDICT,
    OFFSETS_PATH: api_tokens.Scope.PREDICT,
    "/v1/feedback": api_tokens.Scope.FEEDBACK,
    "/v1/member-requests": api_tokens.Scope.MEMBERS,
    "/metrics": api_tokens.Scope.METRICS,
}
"""Other paths need any token; the tools under ``MCP_PATH`` check the scope themselves."""
PREDICTING_PATHS = frozenset({"/v1/predict", SCORES_PATH})
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
_FAILED = ApiProblem(HTTPStatus.INTERNAL_SERVER_ERROR, "the server failed; its log says how")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Emoji Reactor"'}


class AccessControl:
    """ASGI middleware around the whole API; the application finds the client in ``state``."""

    def __init__(
        self,
        app: ASGIApp,
        clients: ClientRegistry,
        settings: ApiSettings,
        metrics: Metrics,
        is_full: Callable[[], bool],
    ) -> None:
        """Wrap ``app``; ``is_full`` tells if a text would have to be refused anyway."""
        self._app = app
        self._clients = clients
        self._settings = settings
        self._metrics = metrics
        self._is_full = is_full
        self._rate_limit = RateLimit(settings.max_requests_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem; count it either way."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        response = _Response(send)
        try:
            await self._handle(scope, receive, response.send)
        except ApiProblem as problem:
            await response.replace(scope, receive, problem)
        except Exception as error:
            logger.error("a request to %s failed: %s", _known(scope["path"]), describe(error))
            await response.replace(scope, receive, _FAILED)
        finally:
            self._count(scope, response.status, time.perf_counter() - start)

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        client = self._admit(scope, headers)
        scope.setdefault("state", {})["client"] = client
        has_body = scope["method"] not in _WITHOUT_BODY
        seconds = self._settings.timeout_seconds
        try:
            async with asyncio.timeout(seconds) as limit:
                if has_body:
                    receive = await read_body(headers, receive, self._settings.max_body_bytes)
                    has_body = False
                if scope["path"] == MCP_PATH:
                    limit.reschedule(None)  # an agent may hold a stream open
                await self._app(scope, receive, send)
        except TimeoutError:
            if not limit.expired():
                raise
            if has_body:
                raise ApiProblem(
                    HTTPStatus.REQUEST_TIMEOUT, f"the body took longer than {seconds} s"
                ) from None
            raise unavailable(f"no answer within {seconds} s; try again") from None

    def _admit(self, scope: Scope, headers: Headers) -> ApiClient | None:
        """Return the client of a request; None on an open path.

        Raises:
            ApiProblem: it may not be answered, or not now.
        """
        path = scope["path"]
        if not self._clients.needs_token and not is_allowed_host(headers.get("host", "")):
            raise ApiProblem(
                HTTPStatus.MISDIRECTED_REQUEST,
                "without a token only an address or localhost is answered; set"
                " EMOJI_REACTOR_API_TOKENS",
            )
        client = self._clients.identify(headers.get("authorization", ""))
        self._check_rate(scope, client)
        if path in OPEN_PATHS:
            return client
        if client is None:
            raise ApiProblem(
                HTTPStatus.UNAUTHORIZED,
                "a token is needed: Authorization: Bearer TOKEN, one of EMOJI_REACTOR_API_TOKENS",
                _CHALLENGE,
            )
        needed = SCOPES.get(path)
        if needed is not None and needed not in client.scopes:
            raise ApiProblem(
                HTTPStatus.FORBIDDEN, f"this token does not have the scope {needed.value}"
            )
        if path in PREDICTING_PATHS and self._is_full():
            raise busy("too many texts wait for a prediction; try again in a moment")
        return client

    def _check_rate(self, scope: Scope, client: ApiClient | None) -> None:
        address = scope["client"][0] if scope.get("client") else ""
        is_named = client is not None and self._clients.needs_token
        name = f"client {client.name}" if client and is_named else network_of(address)
        if seconds := self._rate_limit.seconds_to_wait(name):
            limit = self._settings.max_requests_per_minute
            raise busy(f"more than {limit} requests in a minute", seconds)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        path, client = _known(scope["path"]), scope.get("state", {}).get("client")
        name = "" if client is None else client.name
        self._metrics.requests.labels(path, str(status), name).inc()
        self._metrics.request_seconds.labels(path).observe(seconds)


class _Response:
    """State of the response to one request: what was sent of it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        """0 until it begins."""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def replace(self, scope: Scope, receive: Receive, problem: ApiProblem) -> None:
        """Send a problem if nothing was sent yet."""
        if not self.status:
            await problem.response()(scope, receive, self.send)


def is_api_path(path: str) -> bool:
    """Return True for the paths of the API, also those under ``/v1`` that do not exist."""
    return path.startswith("/v1/") or _known(path) == path


def _known(path: str) -> str:
    return path if path in SCOPES or path in OPEN_PATHS or path == MCP_PATH else "other"

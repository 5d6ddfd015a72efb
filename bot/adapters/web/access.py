"""Access to the page: host names, a rate for each client, an optional token, headers."""

import base64
import binascii
import hmac
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.config.sections import WebSettings
from bot.http.hosts import is_allowed_host
from bot.http.rate_limit import RateLimit, network_of

# Gradio's page has scripts and styles of its own in its HTML, and compiles the tiles' events.
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self'"
    " 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self';"
    " worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self';"
    " frame-ancestors "
)
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Emoji Reactor", charset="UTF-8"'}


class AccessControl:
    """ASGI middleware around the whole page."""

    def __init__(self, app: ASGIApp, settings: WebSettings, token: str | None = None) -> None:
        """Wrap ``app``; without a token everybody may open the page."""
        self._app = app
        self._hosts = {host.lower() for host in settings.allowed_hosts}
        self._rate_limit = RateLimit(settings.max_requests_per_minute)
        self._token = token
        self._headers = _security_headers(settings.frame_ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it; either way with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        if not is_allowed_host(headers.get("host", ""), self._hosts):
            return _refuse(400, "this host name is not one of web.allowed_hosts")
        address = scope["client"][0] if scope.get("client") else ""
        is_static = scope["path"].startswith(("/assets/", "/static/"))
        if not is_static and not self._rate_limit.allow(network_of(address)):
            return _refuse(429, "too many requests; try again in a moment", {"Retry-After": "5"})
        if self._token is not None and not _is_authorized(headers, self._token):
            return _refuse(401, "a token is needed", _CHALLENGE)
        return None


def _refuse(status: int, error: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": error}, status, {"Connection": "close", **(headers or {})})


def _is_authorized(headers: Headers, token: str) -> bool:
    """Return if the request holds the token: as a bearer token, or as a browser's password."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.encode(), token.encode())


def _security_headers(frame_ancestors: Sequence[str]) -> dict[str, str]:
    ancestors = " ".join(frame_ancestors) or "'none'"
    headers = {
        "Content-Security-Policy": _CONTENT_SECURITY_POLICY + ancestors,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return headers if frame_ancestors else {**headers, "X-Frame-Options": "DENY"}

"""Access to the page: host names, a rate for each client, an optional token, headers."""

import base64
import binascii
import hmac
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from cachetools import LRUCache
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.config.sections import WebSettings

MAX_CLIENTS = 10_000
"""Clients whose rates are known at a time."""

# Gradio's page has scripts and styles of its own in its HTML, and compiles the tiles' events.
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self'"
    " 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self';"
    " worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self';"
    " frame-ancestors "
)
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Emoji Reactor", charset="UTF-8"'}


class RateLimit:
    """Token bucket for each client: a minute's requests at once, and then the rate."""

    def __init__(self, max_per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        """Let each client send ``max_per_minute`` requests; ``now`` is in seconds."""
        self._capacity = float(max_per_minute)
        self._now = now
        self._buckets: LRUCache[str, tuple[float, float]] = LRUCache(MAX_CLIENTS)
        """Client -> requests left, and the time at which they were counted."""

    def allow(self, address: str) -> bool:
        """Count a request, and return if it is within the rate."""
        client, now = _network(address), self._now()
        left, counted_at = self._buckets.get(client, (self._capacity, now))
        left = min(self._capacity, left + (now - counted_at) * self._capacity / 60)
        self._buckets[client] = (left - 1 if left >= 1 else left, now)
        return left >= 1


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
        if not self._is_allowed_host(headers.get("host", "")):
            return _refuse(400, "this host name is not one of web.allowed_hosts")
        address = scope["client"][0] if scope.get("client") else ""
        is_static = scope["path"].startswith(("/assets/", "/static/"))
        if not is_static and not self._rate_limit.allow(address):
            return _refuse(429, "too many requests; try again in a moment", {"Retry-After": "5"})
        if self._token is not None and not _is_authorized(headers, self._token):
            return _refuse(401, "a token is needed", _CHALLENGE)
        return None

    def _is_allowed_host(self, header: str) -> bool:
        """Return True for addresses, localhost, and the names of the settings.

        A foreign site can point its own name at this machine, but not an address.
        """
        try:
            name = urlsplit(f"//{header}").hostname or ""
            return name == "localhost" or name in self._hosts or bool(ip_address(name))
        except ValueError:
            return False


def _refuse(status: int, error: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": error}, status, {"Connection": "close", **(headers or {})})


def _network(address: str) -> str:
    """Return the address, or the /64 network of an IPv6 address, which one client has."""
    try:
        if ip_address(address).version == 6:
            return str(ip_network(f"{address}/64", strict=False))
    except ValueError:
        pass
    return address


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

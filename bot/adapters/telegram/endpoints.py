"""Connections to Telegram."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Bot
from telegram.ext import AIORateLimiter, ExtBot

from bot.adapters.telegram.observed_request import ObservedRequest
from bot.adapters.telegram.server_clock import ServerClock
from bot.config.proxy import proxy_for
from bot.core.connection import Connection

OFFICIAL_URL = "https://api.telegram.org"
_UNLIMITED = frozenset(("getchat", "getupdates", "getchatmember"))
"""Methods, in lower case, that only read: Telegram limits what a bot sends."""

Result = bool | dict[str, Any] | list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class BotNetwork:
    """Surroundings of a bot's requests."""

    connection: Connection = field(default_factory=Connection)
    """Gets the outcomes of the polls."""
    clock: ServerClock = field(default_factory=ServerClock)
    """Gets the server's time from the responses."""
    proxy: str | None = None
    """The configured proxy."""


class _SendLimiter(AIORateLimiter):
    """Limits the calls that send, and lets those that read pass."""

    async def process_request(  # noqa: PLR0913 - the library's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,  # noqa: ANN401 - the library's own
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        if endpoint.lower() in _UNLIMITED:
            return await callback(*args, **kwargs)
        return await super().process_request(
            callback, args, kwargs, endpoint, data, rate_limit_args
        )


def build_bot(base_url: str | None, token: str, network: BotNetwork | None = None) -> Bot:
    """Build the library's bot for the configured address, without any request."""
    # One retry after a 429: without any, the limiter would let the next requests run into it.
    limiter = _SendLimiter(max_retries=1)
    root = (base_url or OFFICIAL_URL).rstrip("/")
    around = network or BotNetwork()
    proxy = proxy_for(root, around.proxy)

    def build_request() -> ObservedRequest:
        # httpx would read the environment itself, and fail on what it does not understand there.
        options = {"event_hooks": {"response": [around.clock.observe]}, "trust_env": False}
        return ObservedRequest(around.connection, proxy=proxy, httpx_kwargs=options)

    return ExtBot(
        token,
        f"{root}/bot",
        f"{root}/file/bot",
        rate_limiter=limiter,
        request=build_request(),
        get_updates_request=build_request(),
    )

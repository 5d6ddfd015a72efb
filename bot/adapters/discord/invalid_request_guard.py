"""Guard against Discord's ban for invalid requests."""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable

import aiohttp

from bot.core.connection import Connection

logger = logging.getLogger(__name__)

# https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
TOO_MANY_REQUESTS = 429
INVALID_STATUSES = frozenset((401, 403, TOO_MANY_REQUESTS))
WINDOW_SECONDS = 600.0
BAN_LIMIT = 10_000
MAX_REQUESTS = BAN_LIMIT // 20
"""A fraction of the limit, as several processes may share an address."""


class InvalidRequestGuard:
    """Counts the requests that Discord refused in the last ten minutes.

    Shared 429s are not counted: Discord does not count them either.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, connection: Connection | None = None
    ) -> None:
        """``clock`` returns seconds; errors are counted in ``connection``, too."""
        self._connection = connection or Connection()
        self._clock = clock
        self._times: deque[float] = deque(maxlen=MAX_REQUESTS)
        self._holding = False
        self.counts: Counter[int] = Counter()
        """Refused requests since the start, by HTTP status."""

    def add(self, status: int, scope: str | None = None) -> None:
        """Count a response; ``scope`` is its ``X-RateLimit-Scope``."""
        if status >= 400:
            self.counts[status] += 1
            self._connection.errors[f"http_{status}"] += 1
            self._connection.rate_limited += status == TOO_MANY_REQUESTS
        if status in INVALID_STATUSES and scope != "shared":
            self._times.append(self._clock())

    @property
    def is_holding_back(self) -> bool:
        """True while the bot must not send requests that could be refused."""
        full = len(self._times) == MAX_REQUESTS
        holding = full and self._clock() - self._times[0] < WINDOW_SECONDS
        if holding and not self._holding:
            logger.warning(
                "Discord refused %d requests in ten minutes; holding back, as it bans an address"
                " at %d",
                MAX_REQUESTS,
                BAN_LIMIT,
            )
        self._holding = holding
        return holding

    def trace(self) -> aiohttp.TraceConfig:
        """Return the trace with which an aiohttp session reports its responses."""
        config = aiohttp.TraceConfig()

        async def ended(
            _session: aiohttp.ClientSession,
            _context: object,
            request: aiohttp.TraceRequestEndParams,
        ) -> None:
            response = request.response
            self.add(response.status, response.headers.get("X-RateLimit-Scope"))

        config.on_request_end.append(ended)
        return config

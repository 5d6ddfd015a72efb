"""The time by Telegram's clock: the computer's own may be wrong."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ServerClock:
    """Telegram's time, by the ``Date`` of its latest response; the computer's before any.

    Between responses it runs by the monotonic clock, so that setting the computer's clock does not
    matter.
    """

    def __init__(
        self,
        wall_clock: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall_clock = wall_clock
        self._monotonic = monotonic
        self._seen: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """Return the time, exact to about a second."""
        if self._seen is None:
            return self._wall_clock()
        date, moment = self._seen
        return date + timedelta(seconds=self._monotonic() - moment)

    def difference(self) -> timedelta:
        """Return how far the computer's clock is ahead; negative if it is behind."""
        return self._wall_clock() - self.now()

    async def observe(self, response: httpx.Response) -> None:
        """Take the time from a response; a hook of httpx."""
        try:
            date = parsedate_to_datetime(response.headers["Date"])
        except (KeyError, ValueError):
            return
        if date.tzinfo is None:  # a time zone of -0000, which means UTC
            date = date.replace(tzinfo=UTC)
        self._seen = date, self._monotonic()

"""Repetition of work that waits for the store."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.core.errors import StoreFailed
from bot.log import describe

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 4
MAX_WAITING = 10_000
FIRST_DELAY_SECONDS = 0.5
MAX_DELAY_SECONDS = 30.0


class StoreRetry:
    """Repeats work while the store is away, and gives up on work that a healthy store refuses."""

    def __init__(
        self, probe: Callable[[], Awaitable[object]], max_waiting: int = MAX_WAITING
    ) -> None:
        """``probe`` raises ``StoreFailed`` while the store is away."""
        self._probe = probe
        self._max_waiting = max_waiting
        self._waiting = 0

    async def run(self, work: Callable[[], Awaitable[object]]) -> None:
        """Run ``work`` until the store takes it; each attempt but the first follows a probe.

        Raises:
            StoreFailed: the store refused it although it answers, or too much work waits.
        """
        delay = FIRST_DELAY_SECONDS
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                await work()
            except StoreFailed:
                if attempt == MAX_ATTEMPTS or self._waiting >= self._max_waiting:
                    raise
            else:
                return
            self._waiting += 1
            try:
                delay = await self._wait(delay)
            finally:
                self._waiting -= 1

    async def _wait(self, delay: float) -> float:
        """Return the next delay once the store answers."""
        while True:
            await asyncio.sleep(delay)
            delay = min(2 * delay, MAX_DELAY_SECONDS)
            try:
                await self._probe()
            except StoreFailed:
                continue
            return delay


async def retry_until_stored(work: Callable[[], Awaitable[object]]) -> None:
    """Repeat ``work``, with exponential backoff, until the store takes it."""
    delay = FIRST_DELAY_SECONDS
    while True:
        try:
            await work()
        except StoreFailed as error:
            logger.error("the store failed, next try in %.1f s: %s", delay, describe(error))
        else:
            return
        await asyncio.sleep(delay)
        delay = min(2 * delay, MAX_DELAY_SECONDS)

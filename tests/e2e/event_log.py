"""What came over the wire, in order; tests wait for entries instead of sleeping."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

TIMEOUT_SECONDS = 20.0


class EventLog(Generic[T]):
    """A list that can be waited on."""

    def __init__(self) -> None:
        """Start empty."""
        self.entries: list[T] = []
        self._waiting: list[asyncio.Future[None]] = []

    def add(self, entry: T) -> None:
        """Write an entry, and wake those who wait."""
        self.entries.append(entry)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def filter(self, wanted: Callable[[T], bool]) -> list[T]:
        """Every entry so far that is wanted."""
        return [entry for entry in self.entries if wanted(entry)]

    async def wait(
        self, wanted: Callable[[T], bool], count: int = 1, seconds: float = TIMEOUT_SECONDS
    ) -> list[T]:
        """Return once there are ``count`` wanted entries.

        Raises:
            TimeoutError: they did not come.
        """
        async with asyncio.timeout(seconds):
            while len(found := self.filter(wanted)) < count:
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                await future
        return found

"""Log of what came over the wire; tests wait for entries instead of sleeping."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

TIMEOUT_SECONDS = 60.0


class EventLog(Generic[T]):
    """A list of entries that tests can wait for."""

    def __init__(self) -> None:
        self.entries: list[T] = []
        self._waiting: list[asyncio.Future[None]] = []

    def add(self, entry: T) -> None:
        """Add an entry, and wake the waiting tests."""
        self.entries.append(entry)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def filter(self, matches: Callable[[T], bool]) -> list[T]:
        """Return the entries so far that match."""
        return [entry for entry in self.entries if matches(entry)]

    async def wait(
        self, matches: Callable[[T], bool], count: int = 1, seconds: float = TIMEOUT_SECONDS
    ) -> list[T]:
        """Return once there are ``count`` matching entries.

        Raises:
            TimeoutError: there were fewer.
        """
        async with asyncio.timeout(seconds):
            while len(found := self.filter(matches)) < count:
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                await future
        return found

"""The position in a stream of events, for platforms that go on from one after a restart."""

import asyncio
from collections import deque
from collections.abc import Collection
from functools import partial

from bot.adapters.services import PlatformServices
from bot.core.concurrency.store_retry import retry_until_stored

MAX_HOLD_SECONDS = 0.5
"""Time for which the next events wait for those in progress, so that their position is stored."""


class StreamPosition:
    """The last position before which every event is finished; each method waits for the store."""

    def __init__(self, services: PlatformServices, account: str) -> None:
        """``account`` is the platform's address of the bot's account."""
        self._positions = services.store.sync_positions
        self._receiver = services.pseudonyms.key(f"{services.platform} sync", account)
        self._unfinished: deque[tuple[str, Collection[asyncio.Task[None]]]] = deque()
        """Positions with the tasks of the events before them."""

    async def load(self) -> str | None:
        """Return the stored position; None if there never was one."""
        loaded: list[str | None] = []

        async def read() -> None:
            loaded.append(await self._positions.get(self._receiver))

        await retry_until_stored(read)
        return loaded[-1]

    async def advance(self, position: str, tasks: Collection[asyncio.Task[None]]) -> None:
        """Take a position that is reached once ``tasks`` are finished; wait a moment for them."""
        self._unfinished.append((position, tasks))
        if tasks:
            await asyncio.wait(tasks, timeout=MAX_HOLD_SECONDS)
        await self.save()

    async def save(self) -> None:
        """Store the last position before which every event is finished, if there is a new one."""
        reached = None
        while self._unfinished and all(map(_is_finished, self._unfinished[0][1])):
            reached, _ = self._unfinished.popleft()
        if reached is not None:
            await retry_until_stored(partial(self._positions.set, self._receiver, reached))


def _is_finished(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled()

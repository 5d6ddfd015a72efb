"""Loads that several tasks ask for at the same time, done once."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """Loads in progress, by key: who asks for one of them gets its result.

    Without it, all who find an expired entry of a cache read the same row at once.
    """

    def __init__(self) -> None:
        """Start without loads."""
        self._loads: dict[K, asyncio.Task[V]] = {}

    async def join(self, key: K, load: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """Return the result of the load of ``key``; begin one if there is none.

        A caller that is cancelled does not cancel it for the others. Raises what the load raises.
        """
        task = self._loads.get(key)
        if task is None:
            task = self._loads[key] = asyncio.create_task(load())
            task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    def is_current(self, key: K) -> bool:
        """Return True if the running task is the load of ``key``, and not discarded."""
        return self._loads.get(key) is asyncio.current_task()

    def discard(self, key: K) -> None:
        """Begin a new load for who asks next; those who wait get the result of the old one."""
        self._loads.pop(key, None)

    def clear(self) -> None:
        """Discard all loads."""
        self._loads.clear()

    def _end(self, key: K, task: asyncio.Task[V]) -> None:
        if self._loads.get(key) is task:
            del self._loads[key]

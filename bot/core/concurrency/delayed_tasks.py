"""Work on messages that waits for its time, without a task until then."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.events import MessageRef

MAX_WAITING = 10_000
"""Messages that wait; later ones are dropped: their texts are in memory meanwhile."""


class DelayedTasks:
    """A timer for each message, at whose end its work joins the ordered tasks."""

    def __init__(self, tasks: OrderedTasks, max_waiting: int = MAX_WAITING) -> None:
        """Submit to ``tasks``."""
        self._tasks = tasks
        self._max_waiting = max_waiting
        self._timers: dict[MessageRef, asyncio.TimerHandle] = {}

    def submit(
        self, ref: MessageRef, seconds: float, work: Callable[[], Coroutine[Any, Any, object]]
    ) -> None:
        """Run ``work`` after ``seconds``; once only for a message that waits already."""
        if ref not in self._timers and len(self._timers) < self._max_waiting:
            loop = asyncio.get_running_loop()
            self._timers[ref] = loop.call_later(seconds, self._begin, ref, work)

    def cancel(self, ref: MessageRef) -> None:
        """Drop the work on a message, if it waits."""
        if timer := self._timers.pop(ref, None):
            timer.cancel()

    def cancel_all(self) -> None:
        """Drop all that waits."""
        for ref in list(self._timers):
            self.cancel(ref)

    def _begin(self, ref: MessageRef, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        del self._timers[ref]
        self._tasks.submit(ref, work())

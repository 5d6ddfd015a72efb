"""A task queue that keeps order for each message, and is drained at the end."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bot.core.events import MessageRef
from bot.log import describe

logger = logging.getLogger(__name__)


class OrderedTasks:
    """Tasks that run concurrently for different messages, and in order for the same one.

    A reaction and its removal may arrive within a millisecond; run concurrently, the later one
    could be stored first.
    """

    def __init__(self) -> None:
        """Start with an empty queue."""
        self._last: dict[MessageRef, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def submit(
        self, ref: MessageRef, work: Coroutine[Any, Any, object]
    ) -> asyncio.Task[None] | None:
        """Run ``work`` after all earlier work on the same message; None if the queue is closed."""
        if self._closed:
            work.close()
            return None
        task = asyncio.create_task(_after(self._last.get(ref), work))
        self._last[ref] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(ref, done))
        return task

    async def settle(self) -> None:
        """Wait for the work that was submitted so far."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    async def drain(self, seconds: float) -> None:
        """Close the queue and wait for its tasks; cancel them after ``seconds``."""
        self._closed = True
        if not self._tasks:
            return
        logger.info("finishing %d events before the stop", len(self._tasks))
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            logger.warning("%d events were cancelled: they did not finish in time", len(late))
            await asyncio.wait(late)

    def _done(self, ref: MessageRef, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._last.get(ref) is task:
            del self._last[ref]


async def _after(previous: asyncio.Task[None] | None, work: Coroutine[Any, Any, object]) -> None:
    try:
        if previous is not None:
            await asyncio.wait([previous])
        await work
    except Exception as error:
        # The type only: the error's text may quote a message.
        logger.error("an event failed: %s", describe(error))
    finally:
        work.close()

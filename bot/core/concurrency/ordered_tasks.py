"""What an adapter accepted: in order for each message, and finished before it stops."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bot.core.events import MessageRef
from bot.log import describe

logger = logging.getLogger(__name__)


class OrderedTasks:
    """Runs accepted work at once, but one piece at a time for each message.

    A reaction and its removal, or a message and its deletion, may be handed over within a
    millisecond; done side by side, the later one could be written first.
    """

    def __init__(self) -> None:
        """Accept from now on."""
        self._last: dict[MessageRef, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def submit(
        self, ref: MessageRef, work: Coroutine[Any, Any, object]
    ) -> asyncio.Task[None] | None:
        """Do ``work`` after everything accepted before for the same message; None at the end."""
        if self._closed:
            work.close()
            return None
        task = asyncio.create_task(_after(self._last.get(ref), work))
        self._last[ref] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(ref, done))
        return task

    async def drain(self, seconds: float) -> None:
        """Accept nothing more, and finish what was accepted; give up on the rest in time."""
        self._closed = True
        if not self._tasks:
            return
        logger.info("finishing %d events", len(self._tasks))
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            logger.warning("%d events were given up at the stop", len(late))
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
        logger.error("an event was not handled: %s", describe(error))
    finally:
        work.close()

"""Messages whose handling is under way."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.core.events import MessageRef


class InFlightMessages:
    """Lets feedback, deletions and erasures wait until the message is recorded."""

    def __init__(self) -> None:
        """Start without messages."""
        self._events: dict[MessageRef, asyncio.Event] = {}

    @contextmanager
    def track(self, ref: MessageRef) -> Iterator[None]:
        """Count the message as in flight until the block ends, however it ends."""
        self._events[ref] = asyncio.Event()
        try:
            yield
        finally:
            self._events.pop(ref).set()

    async def wait(self, ref: MessageRef) -> None:
        """Wait for one message; return at once if it is not in flight."""
        if event := self._events.get(ref):
            await event.wait()

    async def wait_all(self) -> None:
        """Wait for all messages that are in flight now."""
        for event in list(self._events.values()):
            await event.wait()

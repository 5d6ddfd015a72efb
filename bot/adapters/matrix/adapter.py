"""The connection to a homeserver, by synchronization from a stored position."""

import asyncio
import logging
from collections import deque
from functools import partial
from typing import Any

from bot.adapters.matrix import events
from bot.adapters.matrix.context import AdapterContext
from bot.adapters.matrix.gateway import BAD_POSITION
from bot.adapters.matrix.inbox import Inbox
from bot.core.concurrency.store_retry import retry_until_stored
from bot.core.errors import PlatformRefused

logger = logging.getLogger(__name__)

SYNC_MILLISECONDS = 30_000
DRAIN_SECONDS = 5.0
MAX_HOLD_SECONDS = 0.5
"""Time that the next request waits for events in progress, so that their position is stored."""
_NOTHING: dict[str, list[str]] = {"types": []}
FILTER = {
    "presence": _NOTHING,
    "account_data": _NOTHING,
    "room": {
        "timeline": {"limit": 100},
        "ephemeral": _NOTHING,
        "account_data": _NOTHING,
    },
}


class MatrixAdapter:
    """Adapter of Matrix, on matrix-nio."""

    name = events.NAME

    def __init__(self, context: AdapterContext) -> None:
        self._context = context
        self._unfinished: deque[tuple[str, list[asyncio.Task[None]]]] = deque()
        """Positions with the tasks of the events before them."""
        self._receiver = ""

    async def run(self) -> None:
        """Answer until cancelled, then finish what was accepted.

        Raises:
            EmojiReactorError: the homeserver refused the token.
        """
        context, gateway = self._context, self._context.gateway
        context.connection.begin()
        inbox = Inbox(context, self._stored_position)
        try:
            await gateway.log_in()
            self._receiver = context.components.pseudonyms.key(
                "matrix sync", f"{gateway.client.homeserver} {gateway.user}"
            )
            await self._synchronize(inbox)
        finally:
            await inbox.drain(DRAIN_SECONDS)
            await self._store_position()
            await gateway.client.close()
            if refusals := context.connection.errors:
                counts = ", ".join(f"{name} {count}" for name, count in refusals.most_common())
                logger.info("Matrix refused or failed: %s", counts)

    async def _synchronize(self, inbox: Inbox) -> None:
        """Follow the account's events from the stored position, or from now on if there is none."""
        positions: list[str | None] = []

        async def read() -> None:
            positions.append(await self._stored_position())

        await retry_until_stored(read)
        position, known = positions[-1], False
        while True:
            try:
                response = await self._sync(position, whole=not known)
            except PlatformRefused as error:
                if error.reason != BAD_POSITION or position is None:
                    raise
                logger.warning("Matrix does not know the stored position; going on from now")
                position = None
                continue
            if not known:
                logger.info("Matrix is connected")
            tasks = inbox.accept(response, news=position is not None)
            position, known = response.next_batch, True
            self._unfinished.append((position, tasks))
            if tasks:
                await asyncio.wait(tasks, timeout=MAX_HOLD_SECONDS)
            await self._store_position()

    async def _sync(self, position: str | None, *, whole: bool) -> Any:  # noqa: ANN401 - untyped
        """Return the events after a position; with ``whole`` also what is known of each room."""
        call = partial(
            self._context.gateway.client.sync,
            timeout=0 if whole else SYNC_MILLISECONDS,
            sync_filter=FILTER,
            since=position,
            full_state=whole,
        )
        response = await self._context.gateway.checked(call)
        self._context.connection.heard()
        return response

    async def _stored_position(self) -> str | None:
        return await self._context.store.sync_positions.get(self._receiver)

    async def _store_position(self) -> None:
        """Store the last position before which every event is finished."""
        position = None
        while self._unfinished and all(_is_finished(task) for task in self._unfinished[0][1]):
            position, _ = self._unfinished.popleft()
        if position is not None:
            positions = self._context.store.sync_positions
            await retry_until_stored(partial(positions.set, self._receiver, position))


def _is_finished(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled()

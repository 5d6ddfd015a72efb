"""Cache of member statuses, for members who ask several times a second."""

from collections.abc import Callable
from dataclasses import replace

from cachetools import TTLCache

from bot.core.concurrency.single_flight import SingleFlight
from bot.core.events import IncomingMessage, MemberKey, MessageRef
from bot.core.ports import MemberStatus, MemberStore

TTL_SECONDS = 2.0
MAX_ENTRIES = 10_000

_Key = tuple[MessageRef, str, MemberKey]


class StatusCache:
    """TTL cache of ``MemberStore.status`` for each member and chat."""

    def __init__(self, store: MemberStore, clock: Callable[[], float]) -> None:
        """Read from ``store``; ``clock`` returns seconds."""
        self._store = store
        self._statuses: TTLCache[_Key, MemberStatus] = TTLCache(MAX_ENTRIES, TTL_SECONDS, clock)
        self._reads: SingleFlight[_Key, MemberStatus] = SingleFlight()

    async def get(self, message: IncomingMessage) -> MemberStatus:
        """Return the status that holds for a message, at most ``TTL_SECONDS`` old.

        Raises:
            StoreFailed: the store cannot be read.
        """
        key = replace(message.ref, message=""), message.parent_chat, message.author
        status = self._statuses.get(key)
        if status is None:
            status = await self._reads.join(key, lambda: self._read(key, message))
        return status

    async def _read(self, key: _Key, message: IncomingMessage) -> MemberStatus:
        status = self._statuses[key] = await self._store.status(message)
        return status

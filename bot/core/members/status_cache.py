"""What holds for those who ask several times a second, remembered for a moment."""

from collections.abc import Callable
from dataclasses import replace

from cachetools import LRUCache

from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import IncomingMessage, MemberKey, MessageRef
from bot.core.ports import MemberStore

TTL_SECONDS = 2.0
"""How long a change may go unnoticed."""
MAX_ENTRIES = 10_000

MemberStatus = tuple[ChatSettings, bool]
_Place = tuple[MessageRef, str, MemberKey]


class StatusCache:
    """``MemberStore.status``, at most every two seconds for one person in one chat."""

    def __init__(self, store: MemberStore, clock: Callable[[], float]) -> None:
        """Ask ``store``; ``clock`` tells seconds."""
        self._store = store
        self._clock = clock
        self._known: LRUCache[_Place, tuple[float, MemberStatus]] = LRUCache(MAX_ENTRIES)

    async def get(self, message: IncomingMessage) -> MemberStatus:
        """The settings that hold for a message, and whether its author opted out.

        Raises:
            StoreFailed: the store cannot be read.
        """
        place = replace(message.ref, message=""), message.parent_chat, message.author
        known = self._known.get(place)
        if known is not None and self._clock() - known[0] < TTL_SECONDS:
            return known[1]
        standing = await self._store.status(message)
        self._known[place] = self._clock(), standing
        return standing

"""The pace of the bot in each chat, for cooldown and rate limit."""

from collections import deque
from collections.abc import Hashable

from cachetools import LRUCache

from bot.core.messages.policy import Pace

WINDOW_SECONDS = 60.0


class RateWindow:
    """Times of the latest outcomes with a shown emoji, by chat; an LRU cache of chats.

    Times are seconds of one monotonic clock.
    """

    def __init__(self, max_chats: int = 10_000) -> None:
        """Keep the times of at most ``max_chats``."""
        self._times: LRUCache[Hashable, deque[float]] = LRUCache(max_chats)

    def pace(self, chat: Hashable, now: float) -> Pace:
        """Return the pace in the chat just before ``now``."""
        times = self._times.get(chat)
        if not times:
            return Pace()
        return Pace(now - times[-1], sum(now - time < WINDOW_SECONDS for time in times))

    def add(self, chat: Hashable, now: float) -> None:
        """Add a time; those that left the window are dropped."""
        times = self._times.setdefault(chat, deque())
        while times and now - times[0] >= WINDOW_SECONDS:
            times.popleft()
        times.append(now)

    def remove_latest(self, chat: Hashable) -> None:
        """Remove the latest time in a chat: what it stands for was not shown."""
        if times := self._times.get(chat):
            times.pop()

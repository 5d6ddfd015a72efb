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
        _drop_old(times, now)
        since_last = now - times[-1]
        return Pace(since_last, len(times) if since_last < WINDOW_SECONDS else 0)

    def add(self, chat: Hashable, now: float) -> None:
        """Add a time."""
        self._times.setdefault(chat, deque()).append(now)

    def remove_latest(self, chat: Hashable) -> None:
        """Remove the latest time in a chat: what it stands for was not shown."""
        if times := self._times.get(chat):
            times.pop()


def _drop_old(times: deque[float], now: float) -> None:
    """Drop the times that left the window, but the latest, which the cooldown may still need.

    Each is dropped once: a chat with thousands of them costs no more than a quiet one.
    """
    while len(times) > 1 and now - times[0] >= WINDOW_SECONDS:
        times.popleft()

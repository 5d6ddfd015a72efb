"""Short memories of bounded size: what was handled, and how much was said where."""

from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

from bot.core.messages.policy import Pace

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MINUTE = 60.0


class Recent(OrderedDict[K, V], Generic[K, V]):
    """A dictionary of at most ``size`` entries; the least recently set one goes first."""

    def __init__(self, size: int) -> None:
        """Keep at most ``size`` entries."""
        super().__init__()
        self._size = size

    def __setitem__(self, key: K, value: V) -> None:
        """Set, and drop the eldest where there are too many."""
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._size:
            self.popitem(last=False)


class RateWindow:
    """When the bot last answered in each chat; times are seconds of one monotonic clock."""

    def __init__(self, chats: int = 10_000) -> None:
        """Remember at most so many chats."""
        self._times: Recent[Hashable, deque[float]] = Recent(chats)

    def pace(self, chat: Hashable, now: float) -> Pace:
        """How much was said in the chat before ``now``."""
        times = self._times.get(chat)
        if not times:
            return Pace()
        return Pace(now - times[-1], sum(now - time < MINUTE for time in times))

    def add(self, chat: Hashable, now: float) -> None:
        """Count an answer; those older than a minute are forgotten, but for the last."""
        times = self._times.get(chat, deque())
        while times and now - times[0] >= MINUTE:
            times.popleft()
        times.append(now)
        self._times[chat] = times

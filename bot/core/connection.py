"""State of a platform's connection: its adapter reports it, health checks and metrics read it."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager


class Connection:
    """The last sign of life of each part of a connection, such as a shard.

    A part counts as connected from its first sign of life until it is lost, and only while its
    last sign of life is recent: a gateway may accept a connection and then say nothing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` returns seconds."""
        self._clock = clock
        self._heard_at: dict[str, float | None] = {}
        self._lost: set[str] = set()
        self._ended = False
        self._samplers: list[Callable[[], None]] = []
        self.reconnects = 0
        """Lost parts that were connected again, since the start."""
        self.rate_limited = 0
        """Responses 429 since the start."""
        self.errors: Counter[str] = Counter()
        """Calls that the platform refused or that failed, since the start, by name."""

    @property
    def error_counts(self) -> str:
        """The errors with their numbers, the most frequent first; empty if there were none."""
        return ", ".join(f"{name} {count}" for name, count in self.errors.most_common())

    @contextmanager
    def sampled(self, sampler: Callable[[], None]) -> Iterator[None]:
        """Look by ``sampler``, every second, for signs of life of which no event tells."""
        self._samplers.append(sampler)
        try:
            yield
        finally:
            self._samplers.remove(sampler)

    def sample(self) -> None:
        """Look for signs of life; called every second while the bot runs."""
        for sampler in list(self._samplers):
            sampler()

    def begin(self) -> None:
        """Record that the adapter was started, for the first time or again."""
        self._ended = False
        self.lost()

    def expect(self, parts: Iterable[str]) -> None:
        """Count the connection as incomplete until each of the parts is heard."""
        for part in parts:
            self._heard_at.setdefault(part, None)

    def heard(self, part: str = "") -> None:
        """Record a sign of life."""
        if part in self._lost:
            self._lost.remove(part)
            self.reconnects += 1
        self._heard_at[part] = self._clock()

    def lost(self, part: str | None = None) -> None:
        """Record the loss of a part, or of all of them."""
        for name in list(self._heard_at) if part is None else (part,):
            if self._heard_at.get(name) is not None:
                self._lost.add(name)
                self._heard_at[name] = None

    def forget(self, part: str) -> None:
        """Count the connection as complete without a part: another process has it."""
        self._heard_at.pop(part, None)
        self._lost.discard(part)

    def end(self) -> None:
        """Record that the adapter ended, and comes back only if it is started again."""
        self._ended = True

    @property
    def silence_seconds(self) -> float | None:
        """Seconds since the last sign of life of the most silent part; None if not connected."""
        times = list(self._heard_at.values())
        if self._ended or not times:
            return None
        heard = [time for time in times if time is not None]
        return self._clock() - min(heard) if len(heard) == len(times) else None

    def fault(self, max_silence_seconds: float) -> str | None:
        """Return why the connection does not work; None if it does."""
        if self._ended:
            return "ended; the log says why"
        silence = self.silence_seconds
        if silence is None:
            return self._missing()
        if silence > max_silence_seconds:
            return f"connected, but silent for {silence:.0f} s"
        return None

    def _missing(self) -> str:
        missing = sorted(part for part, time in self._heard_at.items() if part and time is None)
        parts = f": shards {', '.join(missing)}" if missing else ""
        return f"not connected{parts}" if self._lost else f"not connected yet{parts}"

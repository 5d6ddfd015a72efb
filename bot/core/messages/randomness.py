"""Clocks and random numbers of the message pipeline."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Randomness:
    """Sources of time and random numbers; tests inject their own."""

    clock: Callable[[], float] = time.monotonic
    """Monotonic time in seconds."""
    roll: Callable[[], float] = random.random
    """Uniform in [0, 1)."""
    normal: Callable[[], float] = random.gauss
    """Standard normal."""
    now: Callable[[], datetime] = _utc_now
    """Aware."""

"""What the pictures are drawn from."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of ``acceptance``."""

    label: str
    """An emoji, a custom one as ``:name:``, or any text, such as a community's name."""
    share: float
    """From 0 to 1."""
    count: int
    """Out of how many."""


@dataclass(frozen=True, slots=True)
class PreferenceBar:
    """One row of ``taste``."""

    label: str
    """As in ``Bar``."""
    bias: float
    """Log-odds; above zero: liked more here than elsewhere."""


@dataclass(frozen=True, slots=True)
class DayPoint:
    """One point of ``over_time``."""

    date: datetime.date
    share: float
    """From 0 to 1."""
    count: int
    """Out of how many."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell of ``confusion``: people chose another emoji than the one that was shown."""

    shown: str
    chosen: str
    count: int

"""Data of the charts."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of ``acceptance_chart``."""

    label: str
    """An emoji, a custom one as ``:name:``, or any text, such as a community's name."""
    share: float
    """From 0 to 1."""
    count: int | None = None
    """Number of shown emojis; without one in any bar there is no column of counts."""
    interval: tuple[float, float] | None = None
    """Of the share, drawn as a line."""


@dataclass(frozen=True, slots=True)
class PreferenceBar:
    """One row of ``preferences_chart``."""

    label: str
    """As in ``Bar``."""
    bias: float
    """Log-odds; above zero: liked more here than elsewhere."""


@dataclass(frozen=True, slots=True)
class DayPoint:
    """A day of ``acceptance_over_time``."""

    date: datetime.date
    share: float
    """From 0 to 1."""
    count: int
    """Number of shown emojis."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Count of how often people chose another emoji than the one shown."""

    shown: str
    chosen: str
    count: int

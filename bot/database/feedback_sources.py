"""The sources of one piece of feedback: one of them, a burst reaction, or both."""

from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import Row

from bot.core.events import FeedbackSource

_BURST = FeedbackSource.BURST.value


@dataclass(frozen=True, slots=True)
class Sources:
    """The columns ``source`` and ``also_burst`` of a row of ``feedback``."""

    source: str
    """The latest source; a burst reaction if there is no other."""
    also_burst: bool = False
    """True if a burst reaction stands beside ``source``."""

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the sources of a stored row."""
        return cls(row.source, row.also_burst)

    def with_(self, given: FeedbackSource) -> Self:
        """Return the sources after the same feedback through ``given``."""
        if given is FeedbackSource.BURST:
            return replace(self, also_burst=self.source != _BURST)
        return replace(
            self, source=given.value, also_burst=self.also_burst or self.source == _BURST
        )

    def without(self, withdrawn: FeedbackSource) -> Self | None:
        """Return what is left after a withdrawal; None if that is nothing.

        A burst reaction and every other source are withdrawn apart.
        """
        is_burst = withdrawn is FeedbackSource.BURST
        if is_burst is not (self.source == _BURST):
            # Either a burst reaction beside the source is withdrawn, or what is not there.
            return replace(self, also_burst=False) if is_burst else self
        return type(self)(_BURST) if self.also_burst else None

    def columns(self) -> dict[str, object]:
        """Return the values of the columns."""
        return {"source": self.source, "also_burst": self.also_burst}

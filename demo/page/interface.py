"""The interface between the page and its backend: the bot with its database, or a model alone."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NewType, Protocol

from model import Prediction
from model.emoji import is_custom_emoji
from model.occlusion import Unit

VisitorId = NewType("VisitorId", str)
"""A random id that the browser stores, the same at every visit."""

NONE_FITS = ""
"""The choice of a visitor who finds that no emoji fits."""


class Overloaded(Exception):
    """More texts are waiting than can be answered in time."""


@dataclass(frozen=True, slots=True)
class PredictionRequest:
    """A text with its candidates."""

    id: str
    """Random."""
    text: str = field(repr=False)
    candidates: frozenset[str] | None
    """None for all emojis."""

    @property
    def is_recordable(self) -> bool:
        """False with custom emojis: the page knows none, and a made-up name can say anything."""
        return self.candidates is None or not any(map(is_custom_emoji, self.candidates))


@dataclass(frozen=True, slots=True)
class PredictionResult:
    """The predictions for a text."""

    predictions: Sequence[Prediction]
    """The top five, best first; empty if the text gives no evidence."""
    threshold: float
    """The confidence threshold, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Counts of how often an emoji was shown and kept, or all emojis of a day."""

    label: str
    shown: int
    kept: int

    @property
    def share(self) -> float:
        """The share of shown emojis that was kept."""
        return self.kept / self.shown if self.shown else 0.0


@dataclass(frozen=True, slots=True)
class Correction:
    """Count of how often people chose another emoji than the one shown."""

    shown: str
    chosen: str
    count: int


@dataclass(frozen=True, slots=True)
class PageStatistics:
    """Feedback in the database, of all platforms."""

    predictions: int
    feedback: int
    by_emoji: Sequence[Acceptance]
    """The most shown first."""
    by_day: Sequence[tuple[datetime.date, Acceptance]]
    """In order of time."""
    corrections: Sequence[Correction]
    """The most frequent first, as in ``chosen``."""
    chosen: Sequence[tuple[str, int]] = ()
    """Emojis that people agreed with or chose, with their counts."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The privacy notice of the page."""

    storage: str
    """Notice of what is stored of every choice."""
    consent: str
    """Label of the checkbox by which a visitor agrees that texts are stored too."""


class Backend(Protocol):
    """Predictions, explanations, and storage of choices."""

    @property
    def version(self) -> str:
        """The version of the artifact."""
        ...

    @property
    def emojis(self) -> Sequence[str]:
        """All emojis that can be predicted, canonical."""
        ...

    @property
    def terms(self) -> Terms | None:
        """None if choices are not stored; then the page does not ask for them."""
        ...

    @property
    def has_statistics(self) -> bool:
        """True if the page shows its statistics tab."""
        ...

    async def predict(
        self, visitor: VisitorId, text: str, candidates: frozenset[str] | None
    ) -> PredictionResult:
        """Predict the top five emojis of a text; nothing is stored.

        Raises:
            Overloaded: too many texts are waiting.
        """
        ...

    async def explain(
        self, text: str, emoji: str, candidates: frozenset[str] | None
    ) -> Sequence[Unit]:
        """Return the words of a text, each with its weight for an emoji.

        Raises:
            Overloaded: too many texts are waiting.
        """
        ...

    async def record_choice(
        self,
        visitor: VisitorId,
        request: PredictionRequest,
        choice: str | None,
        earlier: str | None,
    ) -> bool:
        """Store the choice of a visitor in place of the ``earlier`` one; False if that failed.

        ``NONE_FITS`` is a choice too; None takes the earlier choice back. A request that is not
        recordable is refused.
        """
        ...

    async def has_consented(self, visitor: VisitorId) -> bool:
        """Return True if the visitor agreed that texts are stored with choices."""
        ...

    async def set_consent(self, visitor: VisitorId, given: bool) -> bool:
        """Store the consent, or revoke it, which erases the texts; False if that failed."""
        ...

    async def erase(self, visitor: VisitorId) -> int | None:
        """Erase all data of a visitor; return the number of entries, None if that failed."""
        ...

    async def statistics(self) -> PageStatistics | None:
        """Return the statistics of all feedback; None if they are not available."""
        ...

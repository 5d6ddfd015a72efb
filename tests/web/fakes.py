"""Fake of the page's backend."""

from collections.abc import Sequence

from demo.page.interface import (
    Overloaded,
    PageStatistics,
    PredictionRequest,
    PredictionResult,
    Terms,
    VisitorId,
)
from model import Prediction
from model.occlusion import Unit


class FakeBackend:
    """Predicts two emojis for every text, and keeps the texts and choices in lists."""

    version = "fake"
    emojis: Sequence[str] = ("😂", "😭")
    terms: Terms | None = Terms("kept", "text too")
    has_statistics = True

    def __init__(self, *, overloaded: bool = False, stores: bool = True) -> None:
        self.choices: list[tuple[str | None, str | None]] = []
        """New and earlier choice of each call."""
        self.texts: list[str] = []
        self._overloaded = overloaded
        self._stores = stores

    async def predict(
        self, visitor: VisitorId, text: str, candidates: frozenset[str] | None
    ) -> PredictionResult:
        if self._overloaded:
            raise Overloaded
        self.texts.append(text)
        return PredictionResult((Prediction("😂", 0.6), Prediction("😭", 0.3)), 0.25)

    async def explain(
        self, text: str, emoji: str, candidates: frozenset[str] | None
    ) -> Sequence[Unit]:
        if self._overloaded:
            raise Overloaded
        return [Unit(text, 1.0)]

    async def record_choice(
        self,
        visitor: VisitorId,
        request: PredictionRequest,
        choice: str | None,
        earlier: str | None,
    ) -> bool:
        self.choices.append((choice, earlier))
        return self._stores

    async def has_consented(self, visitor: VisitorId) -> bool:
        return False

    async def set_consent(self, visitor: VisitorId, given: bool) -> bool:
        return True

    async def erase(self, visitor: VisitorId) -> int | None:
        return 0

    async def statistics(self) -> PageStatistics | None:
        return None

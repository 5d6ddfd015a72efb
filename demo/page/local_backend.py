"""The page's backend without a database, for a Space."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from model import Predictor
from model.emoji import parse_choice
from model.occlusion import Unit, occlude

from .choice_rows import choice_row
from .hub_dataset import CHOICES, COMMIT_INTERVAL_MINUTES, TEXTS, HubDataset, visitor_key
from .interface import (
    Overloaded,
    PageStatistics,
    PredictionRequest,
    PredictionResult,
    Terms,
    VisitorId,
)

MAX_WAITING = 32
"""Texts that may wait for the prediction thread."""

TERMS = Terms(
    storage=(
        "Your text is read in memory and forgotten. Of every press the emojis, their scores and"
        " your choice go into a data set on the Hugging Face Hub, under a hash of a random id that"
        f" your browser holds, within {COMMIT_INTERVAL_MINUTES} minutes."
    ),
    consent=(
        "Keep my text with my choices as well, so that a better model can learn from it. It is"
        " erased when this is unticked."
    ),
)

TERMS_VERSION = "space-2026-11"
"""Must change with ``TERMS``."""

T = TypeVar("T")


class LocalBackend:
    """Predictions by one thread; choices go to a data set on the Hub, if there is one."""

    def __init__(
        self,
        predictor: Predictor,
        dataset: HubDataset | None = None,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        """Use ``predictor``; more than ``max_waiting`` texts are refused."""
        self._predictor = predictor
        self._dataset = dataset
        self._consented: set[VisitorId] = set()  # lost at a restart; then no text is stored
        self.terms: Terms | None = TERMS if dataset else None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="predictor")
        self._waiting = 0
        self._max_waiting = max_waiting

    @property
    def version(self) -> str:
        """The version of the artifact."""
        return self._predictor.version

    @property
    def emojis(self) -> Sequence[str]:
        """All emojis of the model."""
        return self._predictor.emojis

    @property
    def has_statistics(self) -> bool:
        """False: choices on the Hub are not counted here."""
        return False

    async def predict(
        self, visitor: VisitorId, text: str, candidates: frozenset[str] | None
    ) -> PredictionResult:
        """See ``Backend``."""
        [top] = await self._run(lambda: self._predictor.predict([text], 5, candidates))
        return PredictionResult(top, self._predictor.threshold)

    async def explain(
        self, text: str, emoji: str, candidates: frozenset[str] | None
    ) -> Sequence[Unit]:
        """See ``Backend``."""
        return await self._run(lambda: occlude(self._predictor, text, emoji, candidates))

    async def record_choice(
        self,
        visitor: VisitorId,
        request: PredictionRequest,
        choice: str | None,
        earlier: str | None,
    ) -> bool:
        """Add a row, which replaces the earlier one of the same request."""
        if self._dataset is None or not request.is_recordable:
            return False
        if choice and parse_choice(choice) is None:  # a browser may send any text
            return False
        try:
            result = await self.predict(visitor, request.text, request.candidates)
        except Overloaded:
            return False
        row = choice_row(
            request,
            result,
            choice,
            artifact_version=self.version,
            author=visitor_key(visitor),
        )
        if visitor in self._consented and choice is not None:
            update = {"text": request.text, "consent_version": TERMS_VERSION}
            row = row.model_copy(update=update)
        return await asyncio.to_thread(self._dataset.add, visitor, row)

    async def has_consented(self, visitor: VisitorId) -> bool:
        """Return True if the visitor agreed since the start of the process."""
        return visitor in self._consented

    async def set_consent(self, visitor: VisitorId, given: bool) -> bool:
        """Remember the consent, or erase the texts."""
        if self._dataset is None:
            return False
        if given:
            self._consented.add(visitor)
            return True
        self._consented.discard(visitor)
        return await asyncio.to_thread(self._dataset.erase, visitor, TEXTS)

    async def erase(self, visitor: VisitorId) -> int | None:
        """Erase all data of a visitor; the number of entries is not known and given as 0."""
        self._consented.discard(visitor)
        if self._dataset is None:
            return 0
        erased = await asyncio.to_thread(self._dataset.erase, visitor, CHOICES, TEXTS)
        return 0 if erased else None

    async def statistics(self) -> PageStatistics | None:
        """Return None: there are no statistics."""
        return None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._max_waiting:
            raise Overloaded
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

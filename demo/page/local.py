"""The page's answers from a model without a database, for a Space."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from model import Predictor
from model.occlusion import Unit, occlude

from .dataset import CHOICES, MINUTES, TEXTS, Dataset, key
from .port import Asked, Busy, Learned, PersonId, Reading, Terms
from .rows import row_of

WAITING = 32
"""Texts that may wait for the one thread."""

TERMS = Terms(
    always=(
        "Your text is read in memory and forgotten. Of every press the emojis, their scores and"
        " your choice go into a data set on the Hugging Face Hub, under a hash of a random id that"
        f" your browser holds, within {MINUTES} minutes."
    ),
    consent=(
        "Keep my text with my choices as well, so that a better model can learn from it. It is"
        " erased when this is unticked."
    ),
)

TERMS_VERSION = "space-2026-11"
"""Of ``TERMS``; raise it where they change."""

T = TypeVar("T")


class LocalReactor:
    """Keeps choices in a data set, and nothing without one."""

    def __init__(
        self, predictor: Predictor, dataset: Dataset | None = None, waiting: int = WAITING
    ) -> None:
        """Answer with ``predictor``; beyond ``waiting`` texts people are told to wait."""
        self._predictor = predictor
        self._dataset = dataset
        self._agreed: set[PersonId] = set()  # a restart forgets it, and then no text is kept
        self.terms: Terms | None = TERMS if dataset else None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="predictor")
        self._waiting = 0
        self._most = waiting

    @property
    def version(self) -> str:
        """The artifact."""
        return self._predictor.version

    @property
    def emojis(self) -> Sequence[str]:
        """The whole table."""
        return self._predictor.emojis

    async def read(self, person: PersonId, text: str, candidates: frozenset[str] | None) -> Reading:
        """The five."""
        [five] = await self._in_turn(lambda: self._predictor.predict([text], 5, candidates))
        return Reading(five, self._predictor.threshold)

    async def why(self, text: str, emoji: str, candidates: frozenset[str] | None) -> Sequence[Unit]:
        """The words that moved the answer."""
        return await self._in_turn(lambda: occlude(self._predictor, text, emoji, candidates))

    async def say(
        self, person: PersonId, asked: Asked, word: str | None, before: str | None
    ) -> bool:
        """Add a row, which replaces what the person said of this answer before."""
        if self._dataset is None:
            return False
        try:
            reading = await self.read(person, asked.text, asked.candidates)
        except Busy:
            return False
        row = row_of(asked, reading, word, artifact=self.version, author=key(person))
        if person in self._agreed and word is not None:
            row = row.model_copy(update={"text": asked.text, "consent_version": TERMS_VERSION})
        return await asyncio.to_thread(self._dataset.add, person, row)

    async def consented(self, person: PersonId) -> bool:
        """Whether the box was ticked since the start."""
        return person in self._agreed

    async def consent(self, person: PersonId, given: bool) -> bool:
        """Note it, or erase the texts."""
        if self._dataset is None:
            return False
        if given:
            self._agreed.add(person)
            return True
        self._agreed.discard(person)
        return await asyncio.to_thread(self._dataset.erase, person, TEXTS)

    async def forget(self, person: PersonId) -> int | None:
        """Erase everything; how many entries is not known."""
        self._agreed.discard(person)
        if self._dataset is None:
            return 0
        erased = await asyncio.to_thread(self._dataset.erase, person, CHOICES, TEXTS)
        return 0 if erased else None

    @property
    def counts(self) -> bool:
        """What is on the Hub is not counted here."""
        return False

    async def learned(self) -> Learned | None:
        """Not known."""
        return None

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

"""The page's answers from a model alone, for a Space."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from model import Predictor
from model.occlusion import Unit, occlude

from .port import Asked, Busy, Learned, PersonId, Reading, Terms

WAITING = 32
"""Texts that may wait for the one thread."""

T = TypeVar("T")


class LocalReactor:
    """Keeps nothing."""

    terms: Terms | None = None

    def __init__(self, predictor: Predictor, waiting: int = WAITING) -> None:
        """Answer with ``predictor``; beyond ``waiting`` texts people are told to wait."""
        self._predictor = predictor
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
        """Not kept."""
        return False

    async def consented(self, person: PersonId) -> bool:
        """Nobody."""
        return False

    async def consent(self, person: PersonId, given: bool) -> bool:
        """Not kept."""
        return False

    async def forget(self, person: PersonId) -> int | None:
        """There is nothing."""
        return 0

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

"""Who stands behind the page, played."""

from collections.abc import Sequence

from demo.page.port import Asked, Busy, Learned, PersonId, Reading, Terms
from model import Prediction
from model.occlusion import Unit


class FakeReactor:
    """Answers with two emojis, and notes what is said."""

    version = "fake"
    emojis: Sequence[str] = ("😂", "😭")
    terms: Terms | None = Terms("kept", "text too")
    counts = True

    def __init__(self, *, busy: bool = False, stores: bool = True) -> None:
        self.said: list[tuple[str | None, str | None]] = []
        self.read_texts: list[str] = []
        self._busy = busy
        self._stores = stores

    async def read(self, person: PersonId, text: str, candidates: frozenset[str] | None) -> Reading:
        if self._busy:
            raise Busy
        self.read_texts.append(text)
        return Reading((Prediction("😂", 0.6), Prediction("😭", 0.3)), 0.25)

    async def why(self, text: str, emoji: str, candidates: frozenset[str] | None) -> Sequence[Unit]:
        if self._busy:
            raise Busy
        return [Unit(text, 1.0)]

    async def say(
        self, person: PersonId, asked: Asked, word: str | None, before: str | None
    ) -> bool:
        self.said.append((word, before))
        return self._stores

    async def consented(self, person: PersonId) -> bool:
        return False

    async def consent(self, person: PersonId, given: bool) -> bool:
        return True

    async def forget(self, person: PersonId) -> int | None:
        return 0

    async def learned(self) -> Learned | None:
        return None

"""What happens between a person and the page, without any of Gradio's parts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from model.text import MAX_CHARACTERS

from . import words
from .five import foot, tiles
from .palette import candidates
from .port import NONE_FITS, Asked, Busy, PersonId, Reactor, Reading

HINT = "Type something, or take one of the examples."
BUSY = "Too many people are typing right now. Your text is read again in a moment."
CUT = f" No more than {MAX_CHARACTERS:,} characters fit."
NOT_KEPT = "This could not be kept. Please try again."


NOTHING = Reading((), 0.0)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person sees at this moment."""

    asked: Asked | None = None
    """None before a text was answered."""
    reading: Reading = NOTHING
    word: str | None = None
    """What the person said of it."""

    def page(self, told: str, *, ask: bool, again: str = "") -> str:
        """The tiles and a line under them, as HTML; ``again`` has the browser ask once more."""
        asks = ask and self.asked is not None
        line = foot(told, self.word, ask=asks, again=again)
        return tiles(self.reading.five, self.word, ask=asks) + line


class Turn:
    """Answers each change of the text and each press of a tile."""

    def __init__(self, reactor: Reactor) -> None:
        """Ask ``reactor``."""
        self._reactor = reactor
        self._ask = reactor.terms is not None

    def blank(self) -> str:
        """The page before anything was typed."""
        return Seen().page(HINT, ask=self._ask)

    async def read(
        self, person: PersonId, text: str, palette: str, own: Sequence[str]
    ) -> tuple[Seen, str]:
        """What is seen once a text has changed, and the same as HTML."""
        cut, allowed = text[:MAX_CHARACTERS], candidates(palette, own)
        try:
            reading = await self._reactor.read(person, cut, allowed)
        except Busy:
            return Seen(), busy()
        if not reading.five:
            return Seen(), self.blank()
        seen = Seen(Asked(uuid.uuid4().hex, cut, allowed), reading)
        told = self._verdict(reading) + (CUT if is_full(text) else "")
        return seen, seen.page(told, ask=self._ask)

    async def why(self, seen: Seen) -> str:
        """How much each word speaks for the first emoji, as HTML."""
        if seen.asked is None:
            return words.nothing()
        best = seen.reading.five[0].emoji
        try:
            units = await self._reactor.why(seen.asked.text, best, seen.asked.candidates)
        except Busy:
            return words.nothing(BUSY)
        return words.marked(units, best)

    async def say(self, person: PersonId, seen: Seen, word: str) -> tuple[Seen, str]:
        """A tile was pressed, or ``NONE_FITS``; the same again takes it back."""
        if seen.asked is None or not self._ask:
            return seen, seen.page(HINT, ask=self._ask)
        new = None if word == seen.word else word
        if not await self._reactor.say(person, seen.asked, new, seen.word):
            return seen, seen.page(NOT_KEPT, ask=True)
        said = replace(seen, word=new)
        return said, said.page(_thanks(new), ask=True)

    def _verdict(self, reading: Reading) -> str:
        best = reading.five[0]
        if best.score >= reading.threshold:
            told = f"In a chat, the bot would react with {best.emoji}."
        else:
            told = "In a chat, the bot would stay silent: nothing fits well enough."
        return f"{told} Which one fits best? Press it." if self._ask else told


def busy() -> str:
    """What is seen where too many texts are being read."""
    return Seen().page(BUSY, ask=False, again=uuid.uuid4().hex)


def is_full(text: str) -> bool:
    """Whether the box takes no more: browsers count UTF-16, in which many emojis are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 >= MAX_CHARACTERS


def _thanks(word: str | None) -> str:
    if word is None:
        return "Taken back."
    if word == NONE_FITS:
        return "Counted: none of these fits. Thank you!"
    return f"Counted: {word}. Thank you!"

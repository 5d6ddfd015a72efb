"""What the page asks of what stands behind it: the bot with its database, or a model alone."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NewType, Protocol

from model import Prediction
from model.occlusion import Unit

PersonId = NewType("PersonId", str)
"""A random id that a browser keeps, the same at every visit."""


class Busy(Exception):
    """More people are typing than can be answered at this moment."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of a text."""

    five: Sequence[Prediction]
    """Best first; empty where there is nothing to go on."""
    threshold: float
    """The score from which on the bot would react, 0 to 1."""


NONE_FITS = ""
"""What a person says where no emoji fits."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that was answered."""

    answer: str
    """A random id."""
    text: str = field(repr=False)
    candidates: frozenset[str] | None
    """What was allowed; None for all."""


@dataclass(frozen=True, slots=True)
class Row:
    """An emoji or a day, how often it was shown and how often it was kept."""

    label: str
    shown: int
    kept: int


@dataclass(frozen=True, slots=True)
class Swap:
    """People chose another emoji than the shown one."""

    shown: str
    chosen: str
    count: int


@dataclass(frozen=True, slots=True)
class Learned:
    """What the database has learned."""

    answers: int
    choices: int
    by_emoji: Sequence[Row]
    """The most shown first."""
    by_day: Sequence[tuple[datetime.date, Row]]
    """The earliest first."""
    swaps: Sequence[Swap]
    """The most frequent first, as in ``chosen``."""
    chosen: Sequence[tuple[str, int]] = ()
    """Emojis of which people said that they fit, and how often."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the page tells of how it treats what is given."""

    always: str
    """What is kept of every choice."""
    consent: str
    """What is kept with consent in addition, as the label of a box to tick."""


class Reactor(Protocol):
    """Answers, explains, and keeps what people say."""

    @property
    def version(self) -> str:
        """The artifact that answers."""
        ...

    @property
    def emojis(self) -> Sequence[str]:
        """Every emoji that there is, canonical."""
        ...

    @property
    def terms(self) -> Terms | None:
        """None where choices are not kept, so that the page asks for none."""
        ...

    @property
    def counts(self) -> bool:
        """Whether it can tell what was learned, so that the page has a tab for it."""
        ...

    async def read(self, person: PersonId, text: str, candidates: frozenset[str] | None) -> Reading:
        """The five of a text; nothing is kept.

        Raises:
            Busy: too many are waiting.
        """
        ...

    async def why(self, text: str, emoji: str, candidates: frozenset[str] | None) -> Sequence[Unit]:
        """How much each word of a text speaks for an emoji.

        Raises:
            Busy: too many are waiting.
        """
        ...

    async def say(
        self, person: PersonId, asked: Asked, word: str | None, before: str | None
    ) -> bool:
        """Keep which emoji fits a text best, in place of what was said ``before``.

        ``NONE_FITS`` says that none does, None takes back. False where it was not kept.
        """
        ...

    async def consented(self, person: PersonId) -> bool:
        """Whether the person agreed that texts are kept with choices."""
        ...

    async def consent(self, person: PersonId, given: bool) -> bool:
        """Agree, or take it back, which erases the texts; False where this was not kept."""
        ...

    async def forget(self, person: PersonId) -> int | None:
        """Erase everything of a person; how many entries, None where it failed."""
        ...

    async def learned(self) -> Learned | None:
        """What people's choices tell; None where that is not known here."""
        ...

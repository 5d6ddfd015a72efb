"""What members say of answers, as counts that hold neither a text nor a member.

Nobody counts for much alone. A member's words on an emoji weigh less and less (``voice``), and so
does what is shown to one member (``presence``): silence is heard as a yes, and whoever writes much
would say it a thousand times.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Self

from bot.core.events import FeedbackKind

HALF_LIFE = timedelta(days=60)
"""After so long a count weighs half."""
MAX_VOTES_PER_DAY = 20
"""How many words of a member count in a day, for and against all emojis together."""
QUORUM = 3
"""Members who must speak on one day before what was shown and said settles: until then it moves an
emoji by one place at most (``bot.core.preferences.ranking``). Fewer where fewer ever spoke."""
MAX_PAST_SHOWINGS = 64
"""Answers to a member that are looked back at for ``presence``."""
OUTSIDE_TOP_K = ""
"""Counts what was expected of choices outside the five."""

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of one emoji in one community; each number fades with time."""

    shown: float = 0.0
    """Messages on which the bot put it."""
    expected_kept: float = 0.0
    """The model's own scores of it there, summed: how often it should have been right."""
    agreed: float = 0.0
    """Members who added it as well."""
    removed: float = 0.0
    """Messages from which it was taken away, and dislikes."""
    passed_over: float = 0.0
    """Members who chose another one while it stood there."""
    corrected: float = 0.0
    """Members who chose it while another one stood there."""
    unprompted: float = 0.0
    """Members who used it where the bot had put nothing, or picked it from the five."""
    expected_chosen: float = 0.0
    """How often the model expected it of those who chose for themselves."""

    def __add__(self, other: Self) -> "Counts":
        """Both together."""
        return Counts(*(a + b for a, b in zip(self.as_tuple(), other.as_tuple(), strict=True)))

    def scaled(self, factor: float) -> "Counts":
        """Each number times ``factor``."""
        return Counts(*(number * factor for number in self.as_tuple()))

    @property
    def votes(self) -> float:
        """For it and against it."""
        return self.agreed + self.removed + self.passed_over + self.corrected + self.unprompted

    def as_tuple(self) -> tuple[float, ...]:
        """The numbers, in the order of ``NAMES``."""
        return tuple(getattr(self, name) for name in COUNT_NAMES)


COUNT_NAMES = tuple(each.name for each in fields(Counts))
"""What is counted."""


@dataclass(frozen=True, slots=True)
class CommunityCounts:
    """Counts by emoji, faded to one moment."""

    pending: Mapping[str, Counts] = field(default_factory=dict)
    """All that there are."""
    confirmed: Mapping[str, Counts] = field(default_factory=dict)
    """Those that were there when enough members last spoke (``QUORUM``)."""


def decay_weight(at: datetime) -> float:
    """What a count of this moment is multiplied with before it is summed up.

    Weights grow instead of old counts shrinking (forward decay; Cormode and others 2009), so that
    a stored sum needs no rewriting, and two writers need not know of each other.
    """
    return float(2.0 ** ((at - _EPOCH) / HALF_LIFE))


def count_shown(chosen: Iterable[str], scores: Mapping[str, float]) -> dict[str, Counts]:
    """What putting emojis on a message counts for; ``scores`` are the model's own."""
    return {emoji: Counts(shown=1.0, expected_kept=scores.get(emoji, 0.0)) for emoji in chosen}


@dataclass(frozen=True, slots=True)
class Vote:
    """What a member said about one scored message."""

    kind: FeedbackKind
    emoji: str | None
    from_buttons: bool = False
    """From the five, all of which were offered."""


def count_vote(
    word: Vote, chosen: tuple[str, ...], scores: Mapping[str, float]
) -> dict[str, Counts]:
    """What a word on a message counts for.

    ``chosen`` is what the bot showed, ``scores`` the model's own of the five.
    """
    about = [word.emoji] if word.emoji in chosen else list(chosen)
    if word.kind in (FeedbackKind.REMOVE, FeedbackKind.DISLIKE):
        return {emoji: Counts(removed=1.0) for emoji in about if emoji}
    if not word.emoji:
        return {}
    if word.from_buttons or not chosen:
        return _choice(word.emoji, Counts(unprompted=1.0), (), scores)
    if word.kind is FeedbackKind.AGREE:
        return {word.emoji: Counts(agreed=1.0)}
    passed = {emoji: Counts(passed_over=1.0) for emoji in chosen}
    return passed | _choice(word.emoji, Counts(corrected=1.0), chosen, scores)


def uncount_removed(
    word: Vote, chosen: tuple[str, ...], scores: Mapping[str, float], more: float
) -> dict[str, Counts]:
    """What a removal changes of the showing, where it weighs so much ``more`` than that did.

    The showing then weighs what the removal does: else a reaction would count as kept because the
    same member took away others before.
    """
    if word.kind is not FeedbackKind.REMOVE:
        return {}
    gone = count_shown(count_vote(word, chosen, scores), scores)
    return {emoji: counts.scaled(more) for emoji, counts in gone.items()}


def _choice(
    emoji: str, counts: Counts, taken: tuple[str, ...], scores: Mapping[str, float]
) -> dict[str, Counts]:
    """One choice, and what the model expected of it, without what was already ``taken``."""
    left = {each: score for each, score in scores.items() if each not in taken}
    whole = max(1.0 - sum(scores[each] for each in taken if each in scores), 1e-3)
    expected = {each: Counts(expected_chosen=score / whole) for each, score in left.items()}
    rest = max(1.0 - sum(left.values()) / whole, 0.0)
    expected[OUTSIDE_TOP_K] = Counts(expected_chosen=rest)
    expected[emoji] = expected.get(emoji, Counts()) + counts
    return expected


def voted_emojis(counted: Mapping[str, Counts]) -> tuple[str, ...]:
    """The emojis that a word is for or against, whose voices are limited."""
    return tuple(emoji for emoji, counts in counted.items() if counts.votes)


def vote_weight(earlier: float) -> float:
    """What a member's word on an emoji weighs after so many others of theirs: 1, 1/3, 1/9, ..., 0.

    Those of ``HALF_LIFE`` ago count half.
    """
    weighs = 3.0**-earlier
    return weighs if weighs > _INAUDIBLE else 0.0


_INAUDIBLE = 0.01


def shown_weight(earlier: float) -> float:
    """What showing an emoji to a member weighs after so many times of late: all are about four."""
    return vote_weight(earlier / 4.0)


def unprompted_weight(members: int) -> float:
    """What the use of an emoji on one's own weighs by the ``members``-th member of a day.

    What less than ``QUORUM`` used says nothing of a community; of many, as where all join in on
    one message, each further one says less: 1/3, 1/4, ...
    """
    return 1.0 / members if members >= QUORUM else 0.0

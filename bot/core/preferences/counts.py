"""Counts of feedback by emoji, which hold neither a text nor a member.

The influence of a single member is limited. The weight of their votes on an emoji falls with each
earlier one (``vote_weight``), and so does the weight of what is shown to them (``shown_weight``):
without feedback a shown emoji counts as kept, and a member who writes a lot would otherwise say so
a thousand times. ``docs/preferences.md`` has the statistics.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Self

from bot.core.events import FeedbackKind

HALF_LIFE = timedelta(days=60)
"""Age at which a count has lost half of its weight."""
MAX_VOTES_PER_DAY = 20
"""Votes of a member that count in a day, on all emojis together."""
QUORUM = 3
"""Members who must vote on one day before pending counts are confirmed; fewer in a community in
which fewer ever voted. Until then they move an emoji by one rank at most
(``bot.core.preferences.ranking``)."""
MAX_PAST_SHOWINGS = 64
"""Latest emojis shown to a member that ``shown_weight`` takes into account."""
OUTSIDE_TOP_K = ""
"""Key of the counts of ``expected_chosen`` for all emojis outside the top five."""

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_VOTE_WEIGHT_RATIO = 3.0
_MIN_VOTE_WEIGHT = 0.01
_SHOWINGS_PER_VOTE = 4.0
_MIN_PROBABILITY_LEFT = 1e-3


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one emoji in one community; each decays with time."""

    shown: float = 0.0
    """Messages on which the bot showed it."""
    expected_kept: float = 0.0
    """Sum of its model scores on these: how often it should have been right."""
    agreed: float = 0.0
    """Members who added it as well."""
    removed: float = 0.0
    """Removals and dislikes."""
    passed_over: float = 0.0
    """Members who chose another emoji while the bot showed this one."""
    corrected: float = 0.0
    """Members who chose it while the bot showed another one."""
    unprompted: float = 0.0
    """Members who used it when the bot showed nothing, or picked it from the buttons."""
    expected_chosen: float = 0.0
    """Sum of its model scores when members chose an emoji: how often it should have been chosen."""

    def __add__(self, other: Self) -> "Counts":
        """Return the sum of both."""
        return Counts(*(a + b for a, b in zip(self.as_tuple(), other.as_tuple(), strict=True)))

    def scaled(self, factor: float) -> "Counts":
        """Return each number times ``factor``."""
        return Counts(*(number * factor for number in self.as_tuple()))

    @property
    def votes(self) -> float:
        """The votes for and against the emoji."""
        return self.agreed + self.removed + self.passed_over + self.corrected + self.unprompted

    def as_tuple(self) -> tuple[float, ...]:
        """Return the numbers in the order of ``COUNT_NAMES``."""
        return tuple(getattr(self, name) for name in COUNT_NAMES)


COUNT_NAMES = tuple(count.name for count in fields(Counts))
"""Names of the counts, in the order of the fields of ``Counts``."""


@dataclass(frozen=True, slots=True)
class CommunityCounts:
    """The counts of a community by emoji, decayed to one moment."""

    pending: Mapping[str, Counts] = field(default_factory=dict)
    """All counts, confirmed or not."""
    confirmed: Mapping[str, Counts] = field(default_factory=dict)
    """The counts as they were when enough members last voted on one day (``QUORUM``)."""


def decay_weight(at: datetime) -> float:
    """Return the weight with which a count of this moment enters a stored sum.

    Weights grow with time instead of old counts shrinking (forward decay; Cormode et al. 2009), so
    a stored sum is never rewritten and concurrent writers only add to it. A sum divided by the
    weight of a moment is decayed to that moment.
    """
    return float(2.0 ** ((at - _EPOCH) / HALF_LIFE))


def count_shown(shown: Iterable[str], scores: Mapping[str, float]) -> dict[str, Counts]:
    """Return the counts of showing these emojis; ``scores`` are the model scores."""
    return {emoji: Counts(shown=1.0, expected_kept=scores.get(emoji, 0.0)) for emoji in shown}


@dataclass(frozen=True, slots=True)
class Vote:
    """The feedback of a member on one message, as it is counted."""

    kind: FeedbackKind
    emoji: str | None
    from_buttons: bool = False
    """Picked from the top five, all of which were shown as buttons."""


def count_vote(
    vote: Vote, shown: tuple[str, ...], scores: Mapping[str, float]
) -> dict[str, Counts]:
    """Return the counts of a vote, with full weight.

    ``shown`` are the emojis that the bot showed, ``scores`` the model scores of the top five.
    """
    targets = [vote.emoji] if vote.emoji in shown else list(shown)
    if vote.kind in (FeedbackKind.REMOVE, FeedbackKind.DISLIKE):
        return {emoji: Counts(removed=1.0) for emoji in targets if emoji}
    if not vote.emoji:
        return {}
    if vote.from_buttons or not shown:
        return _count_choice(vote.emoji, Counts(unprompted=1.0), (), scores)
    if vote.kind is FeedbackKind.AGREE:
        return {vote.emoji: Counts(agreed=1.0)}
    passed_over = {emoji: Counts(passed_over=1.0) for emoji in shown}
    return passed_over | _count_choice(vote.emoji, Counts(corrected=1.0), shown, scores)


def reweight_shown(
    vote: Vote, shown: tuple[str, ...], scores: Mapping[str, float], weight_change: float
) -> dict[str, Counts]:
    """Return the counts that give a removed emoji's showing the weight of its removal.

    ``weight_change`` is the weight of the removal minus that of the showing. Otherwise a removal
    of little weight would leave most of the showing, which would then count as kept.
    """
    if vote.kind is not FeedbackKind.REMOVE:
        return {}
    removed = count_shown(count_vote(vote, shown, scores), scores)
    return {emoji: counts.scaled(weight_change) for emoji, counts in removed.items()}


def _count_choice(
    emoji: str, counts: Counts, excluded: tuple[str, ...], scores: Mapping[str, float]
) -> dict[str, Counts]:
    """Return a choice's counts, with its expectation under the model without ``excluded``."""
    candidates = {e: score for e, score in scores.items() if e not in excluded}
    excluded_mass = sum(scores[e] for e in excluded if e in scores)
    total = max(1.0 - excluded_mass, _MIN_PROBABILITY_LEFT)
    counted = {e: Counts(expected_chosen=score / total) for e, score in candidates.items()}
    outside = max(1.0 - sum(candidates.values()) / total, 0.0)
    counted[OUTSIDE_TOP_K] = Counts(expected_chosen=outside)
    counted[emoji] = counted.get(emoji, Counts()) + counts
    return counted


def voted_emojis(counted: Mapping[str, Counts]) -> tuple[str, ...]:
    """Return the emojis that a vote is for or against, whose vote weights are limited."""
    return tuple(emoji for emoji, counts in counted.items() if counts.votes)


def vote_weight(earlier_votes: float) -> float:
    """Return the weight of a member's vote on an emoji: 1, 1/3, 1/9, ..., 0.

    ``earlier_votes`` is the decayed number of their earlier votes on it.
    """
    weight = _VOTE_WEIGHT_RATIO**-earlier_votes
    return weight if weight > _MIN_VOTE_WEIGHT else 0.0


def shown_weight(earlier_showings: float) -> float:
    """Return the weight of showing an emoji to a member; all showings add up to about four."""
    return vote_weight(earlier_showings / _SHOWINGS_PER_VOTE)


def unprompted_weight(members: int) -> float:
    """Return the weight of an emoji's unprompted use by the ``members``-th member of a day.

    Zero below ``QUORUM`` members. Each further member counts less (1/3, 1/4, ...), so that many
    who join in on one message do not outweigh everything else.
    """
    return 1.0 / members if members >= QUORUM else 0.0

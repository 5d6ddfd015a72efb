"""A community's own taste: from counts of what it kept, removed and used to a bias per emoji.

Pure functions over counts that hold neither a text nor a member. Two kinds of evidence are read:

- what was **shown** and kept, removed, or passed over for another emoji: a binomial whose
  expectation rises with the score that the model gave, at the community's own mean, so that a
  community that removes everything alike learns no taste from it;
- what members **chose** themselves: a Poisson around how often the model expected that choice.

Both meet in the posterior of the emoji's bias, in log-odds on top of the model's own score. Its
prior is fitted to the counts of all communities and to its own (``bot.core.prior``). Where counts
look like the model's own they all shrink to nothing; where they do not, they are believed sooner.

Nobody steers it alone. A member's words on an emoji weigh less and less (``voice``), and what was
shown and said on days when hardly anybody spoke moves an emoji by one place until others do, too.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bot.core.events import FeedbackKind
from bot.core.prior import GRID, SHIPPED, Evidence, Prior, fit, parts

HALF_LIFE = timedelta(days=60)
"""After so long a count weighs half."""
WORDS_A_DAY = 20
"""How many words of a member count in a day, for and against all emojis together."""
QUORUM = 3
"""Members who must speak on one day before what was shown and said settles: until then it moves an
emoji by one place at most (``bot.core.places``). Fewer where fewer ever spoke."""
ROWS = 25
"""Of a picture of a taste."""
FITTED = 500
"""Communities, those that spoke last, that the prior is fitted to."""
ELSEWHERE = ""
"""Counts what was expected of choices outside the five."""

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_NEGLIGIBLE = 0.01


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of one emoji in one community; each number fades with time."""

    shown: float = 0.0
    """Messages on which the bot put it."""
    hoped: float = 0.0
    """The model's own scores of it there, summed: how often it should have been right."""
    agreed: float = 0.0
    """Members who added it as well."""
    removed: float = 0.0
    """Messages from which it was taken away, and dislikes."""
    passed: float = 0.0
    """Members who chose another one while it stood there."""
    corrected: float = 0.0
    """Members who chose it while another one stood there."""
    used: float = 0.0
    """Members who used it where the bot had put nothing, or picked it from the five."""
    expected: float = 0.0
    """How often the model expected it of those who chose for themselves."""

    def __add__(self, other: Self) -> "Counts":
        """Both together."""
        return Counts(*(a + b for a, b in zip(self.row(), other.row(), strict=True)))

    def times(self, factor: float) -> "Counts":
        """Each number times ``factor``."""
        return Counts(*(number * factor for number in self.row()))

    def row(self) -> tuple[float, ...]:
        """The numbers, in the order of ``NAMES``."""
        return tuple(getattr(self, name) for name in NAMES)


NAMES = tuple(each.name for each in fields(Counts))
"""What is counted."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What a community likes, as far as its counts tell."""

    bias: Mapping[str, float] = field(default_factory=dict)
    """Log-odds on top of the model's own, within ``BOUND``; emojis without one have none."""
    spread: Mapping[str, float] = field(default_factory=dict)
    """Standard deviation of each bias; others have ``unknown``."""
    unknown: float = 0.0
    """Standard deviation of the bias of an emoji without counts."""
    acceptance: float = 0.0
    """Share of what was shown that was kept."""
    shown: float = 0.0
    """Reactions that the share is of, faded."""
    heard: float = 0.0
    """Words of members on them, faded."""
    since: Mapping[str, float] = field(default_factory=dict)
    """What has not settled yet would add to the bias."""

    def strongest(self, most: int = ROWS) -> list[tuple[str, float]]:
        """The emojis that are liked most and least, at most so many, the most liked first."""
        found = sorted(self.bias.items(), key=lambda item: -abs(item[1]))[:most]
        return sorted(found, key=lambda item: -item[1])


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by emoji, faded to one moment."""

    said: Mapping[str, Counts] = field(default_factory=dict)
    """All that there are."""
    settled: Mapping[str, Counts] = field(default_factory=dict)
    """Those that were there when enough members last spoke (``QUORUM``)."""


def weight(at: datetime) -> float:
    """What a count of this moment is multiplied with before it is summed up.

    Weights grow instead of old counts shrinking (forward decay; Cormode and others 2009), so that
    a stored sum needs no rewriting, and two writers need not know of each other.
    """
    return float(2.0 ** ((at - _EPOCH) / HALF_LIFE))


def threshold(own: float, aim: float | None, taste: Taste) -> float:
    """The least score at which to speak, so that about a share ``aim`` of answers is kept.

    ``own`` is the artifact's. Its log-odds move by those that acceptance lacks to the aim, as far
    as members said enough; upwards much, downwards little. None leaves it alone.
    """
    if aim is None or not 0 < own < 1:
        return own
    lacking = _log_odds(aim) - _log_odds(taste.acceptance)
    believed = lacking * taste.heard / (taste.heard + _ENOUGH_WORDS)
    odds = _log_odds(own) + min(max(believed, -_BOLDER), _QUIETER)
    return 1.0 / (1.0 + math.exp(-odds))


_ENOUGH_WORDS = 20.0
_BOLDER, _QUIETER = 0.7, 4.0


def _log_odds(share: float) -> float:
    share = min(max(share, 0.01), 0.99)
    return math.log(share / (1.0 - share))


def shown(chosen: Iterable[str], scores: Mapping[str, float]) -> dict[str, Counts]:
    """What putting emojis on a message counts for; ``scores`` are the model's own."""
    return {emoji: Counts(shown=1.0, hoped=scores.get(emoji, 0.0)) for emoji in chosen}


@dataclass(frozen=True, slots=True)
class Word:
    """What a member said about one scored message."""

    kind: FeedbackKind
    emoji: str | None
    picked: bool = False
    """From the five, all of which were offered."""


def said(word: Word, chosen: tuple[str, ...], scores: Mapping[str, float]) -> dict[str, Counts]:
    """What a word on a message counts for.

    ``chosen`` is what the bot showed, ``scores`` the model's own of the five.
    """
    about = [word.emoji] if word.emoji in chosen else list(chosen)
    if word.kind in (FeedbackKind.REMOVE, FeedbackKind.DISLIKE):
        return {emoji: Counts(removed=1.0) for emoji in about if emoji}
    if not word.emoji:
        return {}
    if word.picked or not chosen:
        return _choice(word.emoji, Counts(used=1.0), (), scores)
    if word.kind is FeedbackKind.AGREE:
        return {word.emoji: Counts(agreed=1.0)}
    passed = {emoji: Counts(passed=1.0) for emoji in chosen}
    return passed | _choice(word.emoji, Counts(corrected=1.0), chosen, scores)


def unshown(
    word: Word, chosen: tuple[str, ...], scores: Mapping[str, float], strength: float
) -> dict[str, Counts]:
    """What a removal of this weight, 0 to 1, takes back of the showing, at once as that counted.

    Else a reaction would count as kept because the same member took away others before.
    """
    if word.kind is not FeedbackKind.REMOVE:
        return {}
    gone = shown(said(word, chosen, scores), scores)
    return {emoji: counts.times(strength - 1.0) for emoji, counts in gone.items()}


def _choice(
    emoji: str, counts: Counts, taken: tuple[str, ...], scores: Mapping[str, float]
) -> dict[str, Counts]:
    """One choice, and what the model expected of it, without what was already ``taken``."""
    left = {each: score for each, score in scores.items() if each not in taken}
    whole = max(1.0 - sum(scores[each] for each in taken if each in scores), 1e-3)
    expected = {each: Counts(expected=score / whole) for each, score in left.items()}
    rest = max(1.0 - sum(left.values()) / whole, 0.0)
    expected[ELSEWHERE] = Counts(expected=rest)
    expected[emoji] = expected.get(emoji, Counts()) + counts
    return expected


def touched(counted: Mapping[str, Counts]) -> tuple[str, ...]:
    """The emojis that a word is for or against, whose voices are limited."""
    return tuple(
        emoji for emoji, counts in counted.items() if any(counts.row()[_FIRST_VOICE:_LAST_VOICE])
    )


_FIRST_VOICE, _LAST_VOICE = NAMES.index("agreed"), NAMES.index("expected")


def voice(earlier: float) -> float:
    """What a member's word on an emoji weighs after so many others of theirs: 1, 1/3, 1/9, ..., 0.

    Those of ``HALF_LIFE`` ago count half.
    """
    weighs = 3.0**-earlier
    return weighs if weighs > _INAUDIBLE else 0.0


_INAUDIBLE = 0.01


def taste_of(tally: Tally, prior: Prior = SHIPPED) -> Taste:
    """The settled taste, with what was shown and said since then would add to it."""
    settled = learn(tally.settled, prior)
    if tally.said == tally.settled:
        return settled
    now = learn(tally.said, prior).bias
    since = {e: now.get(e, 0.0) - settled.bias.get(e, 0.0) for e in {*now, *settled.bias}}
    return replace(settled, since={emoji: more for emoji, more in since.items() if more})


def company(members: int) -> float:
    """What the use of an emoji on one's own weighs by the ``members``-th member of a day.

    What less than ``QUORUM`` used says nothing of a community; of many, as where all join in on
    one message, each further one says less: 1/3, 1/4, ...
    """
    return 1.0 / members if members >= QUORUM else 0.0


def learn(counts: Mapping[str, Counts], prior: Prior = SHIPPED) -> Taste:
    """The taste that these counts, faded to one moment, tell of."""
    acceptance, total = _acceptance(counts.values())
    emojis = [emoji for emoji in counts if emoji != ELSEWHERE]
    squares = parts() @ GRID**2
    if not emojis:
        return Taste({}, {}, float(np.sqrt(prior.weights @ squares)), acceptance, total, 0.0)
    likelihood = _likelihood(counts, emojis, acceptance)
    weights = prior.within(likelihood @ parts().T)
    posterior = likelihood * (weights @ parts())
    posterior /= posterior.sum(axis=1, keepdims=True)
    means = posterior @ GRID
    spreads = np.sqrt(np.maximum(posterior @ GRID**2 - means**2, 0.0))
    return Taste(
        bias={e: float(m) for e, m in zip(emojis, means, strict=True) if abs(m) > _NEGLIGIBLE},
        spread={e: float(s) for e, s in zip(emojis, spreads, strict=True)},
        unknown=float(np.sqrt(weights @ squares)),
        acceptance=acceptance,
        shown=total,
        heard=sum(sum(counts[e].row()[_FIRST_VOICE:_LAST_VOICE]) for e in emojis),
    )


def _acceptance(counts: Iterable[Counts]) -> tuple[float, float]:
    """Share of what was shown that was kept, and of how much; a few usual answers steady it."""
    kept = lost = shown = 0.0
    for each in counts:
        gone = each.removed + each.passed
        lost += gone
        kept += max(each.shown - each.removed, 0.0) + each.agreed
        shown += each.shown
    return (kept + _USUAL * _USUAL_ANSWERS) / (kept + lost + _USUAL_ANSWERS), shown


_USUAL, _USUAL_ANSWERS = 0.7, 10.0


def evidence(counts: Mapping[str, Counts]) -> Evidence:
    """(emojis, parts): what a community's counts say of the prior."""
    emojis = [emoji for emoji in counts if emoji != ELSEWHERE]
    acceptance, _ = _acceptance(counts.values())
    found: NDArray[np.float64] = _likelihood(counts, emojis, acceptance) @ parts().T
    return found


def prior_of(communities: Iterable[Mapping[str, Counts]]) -> Prior:
    """The prior under which the counts of these communities are the likeliest."""
    return fit([evidence(counts) for counts in communities])


_OUTSIDE = 80.0
"""About as many emojis share what is expected outside the five."""


def _likelihood(
    counts: Mapping[str, Counts], emojis: list[str], acceptance: float
) -> NDArray[np.float64]:
    """(emojis, grid), each row's greatest at 1."""
    table = np.array([counts[emoji].row() for emoji in emojis]).reshape(-1, len(NAMES))
    elsewhere = counts.get(ELSEWHERE, Counts()).expected / _OUTSIDE
    counted = dict(zip(NAMES, table.T, strict=True))
    lost = counted["removed"] + counted["passed"]
    kept = np.maximum(counted["shown"] - counted["removed"], 0.0) + counted["agreed"]
    odds = _expected_odds(counted["shown"], counted["hoped"], acceptance)
    shifted = odds[:, None] + GRID
    # The first voice moves nothing: it may be anybody's whim.
    chosen = np.maximum(counted["corrected"] + counted["used"] - 1.0, 0.0)[:, None]
    expected = (counted["expected"] + elsewhere)[:, None]
    log: NDArray[np.float64] = (
        -kept[:, None] * np.logaddexp(0.0, -shifted)
        - lost[:, None] * np.logaddexp(0.0, shifted)
        + chosen * GRID
        - expected * np.exp(GRID)
    )
    likelihood: NDArray[np.float64] = np.exp(log - log.max(axis=1, keepdims=True))
    return likelihood


def _expected_odds(
    shown: NDArray[np.float64], hoped: NDArray[np.float64], acceptance: float
) -> NDArray[np.float64]:
    """Log-odds that an emoji is kept where the community has no taste of its own.

    A right one is kept, a wrong one by a tolerance that all emojis share: the share kept is
    ``score + (1 - score) * tolerance``.
    """
    usual = min(hoped.sum() / max(shown.sum(), 1e-9), 1.0)
    slope = min((1.0 - acceptance) / max(1.0 - usual, 1e-9), 1.0)
    mean = np.where(shown > 0, np.minimum(hoped / np.maximum(shown, 1e-9), 1.0), usual)
    share = np.clip(acceptance + slope * (mean - usual), 0.02, 0.98)
    odds: NDArray[np.float64] = np.log(share / (1.0 - share))
    return odds

"""A community's own taste: from counts of what it kept, removed and used to a bias per emoji.

Pure functions over counts (``bot.core.preferences.counts``). Two kinds of evidence are read:

- what was **shown** and kept, removed, or passed over for another emoji: a binomial whose
  expectation rises with the score that the model gave, at the community's own mean, so that a
  community that removes everything alike learns no taste from it;
- what members **chose** themselves: a Poisson around how often the model expected that choice.

Both meet in the posterior of the emoji's bias, in log-odds on top of the model's own score. Its
prior is fitted to the counts of all communities and to its own (``bot.core.preferences.prior``). Where counts
look like the model's own they all shrink to nothing; where they do not, they are believed sooner.

What was shown and said on days when hardly anybody spoke moves an emoji by one place at most until
others speak, too (``bot.core.preferences.ranking``).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bot.core.preferences.counts import COUNT_NAMES, OUTSIDE_TOP_K, CommunityCounts, Counts
from bot.core.preferences.prior import (
    BIAS_GRID,
    DEFAULT_PRIOR,
    Evidence,
    PreferencePrior,
    component_densities,
    fit_mixture,
)

MAX_CHART_ROWS = 25
"""Of a picture of a taste."""
MAX_COMMUNITIES_IN_FIT = 500
"""Communities, those that spoke last, that the prior is fitted to."""
_NEGLIGIBLE = 0.01


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a community likes, as far as its counts tell."""

    bias: Mapping[str, float] = field(default_factory=dict)
    """Log-odds on top of the model's own, within ``BOUND``; emojis without one have none."""
    bias_sd: Mapping[str, float] = field(default_factory=dict)
    """Standard deviation of each bias; others have ``unknown``."""
    default_sd: float = 0.0
    """Standard deviation of the bias of an emoji without counts."""
    acceptance: float = 0.0
    """Share of what was shown that was kept."""
    shown_count: float = 0.0
    """Reactions that the share is of, faded."""
    vote_count: float = 0.0
    """Words of members on them, faded."""
    pending_bias: Mapping[str, float] = field(default_factory=dict)
    """What has not settled yet would add to the bias."""

    def strongest(self, most: int = MAX_CHART_ROWS) -> list[tuple[str, float]]:
        """The emojis that are liked most and least, at most so many, the most liked first."""
        found = sorted(self.bias.items(), key=lambda item: -abs(item[1]))[:most]
        return sorted(found, key=lambda item: -item[1])


def adapted_threshold(own: float, aim: float | None, taste: Preferences) -> float:
    """The least score at which to speak, so that about a share ``aim`` of answers is kept.

    ``own`` is the artifact's. Its log-odds move by those that acceptance lacks to the aim, as far
    as members said enough; upwards much, downwards little. None leaves it alone.
    """
    if aim is None or not 0 < own < 1:
        return own
    lacking = _log_odds(aim) - _log_odds(taste.acceptance)
    believed = lacking * taste.vote_count / (taste.vote_count + _ENOUGH_WORDS)
    odds = _log_odds(own) + min(max(believed, -_BOLDER), _QUIETER)
    return 1.0 / (1.0 + math.exp(-odds))


_ENOUGH_WORDS = 20.0
_BOLDER, _QUIETER = 0.7, 4.0


def _log_odds(share: float) -> float:
    share = min(max(share, 0.01), 0.99)
    return math.log(share / (1.0 - share))


def estimate_preferences(
    tally: CommunityCounts, prior: PreferencePrior = DEFAULT_PRIOR
) -> Preferences:
    """The settled taste, with what was shown and said since then would add to it."""
    settled = posterior_preferences(tally.confirmed, prior)
    if tally.pending == tally.confirmed:
        return settled
    now = posterior_preferences(tally.pending, prior).bias
    since = {e: now.get(e, 0.0) - settled.bias.get(e, 0.0) for e in {*now, *settled.bias}}
    return replace(settled, pending_bias={emoji: more for emoji, more in since.items() if more})


def posterior_preferences(
    counts: Mapping[str, Counts], prior: PreferencePrior = DEFAULT_PRIOR
) -> Preferences:
    """The taste that these counts, faded to one moment, tell of."""
    acceptance, total = _acceptance(counts.values())
    emojis = [emoji for emoji in counts if emoji != OUTSIDE_TOP_K]
    squares = component_densities() @ BIAS_GRID**2
    if not emojis:
        return Preferences({}, {}, float(np.sqrt(prior.weights @ squares)), acceptance, total, 0.0)
    likelihood = _likelihood(counts, emojis, acceptance)
    weights = prior.community_weights(likelihood @ component_densities().T)
    posterior = likelihood * (weights @ component_densities())
    posterior /= posterior.sum(axis=1, keepdims=True)
    means = posterior @ BIAS_GRID
    spreads = np.sqrt(np.maximum(posterior @ BIAS_GRID**2 - means**2, 0.0))
    return Preferences(
        bias={e: float(m) for e, m in zip(emojis, means, strict=True) if abs(m) > _NEGLIGIBLE},
        bias_sd={e: float(s) for e, s in zip(emojis, spreads, strict=True)},
        default_sd=float(np.sqrt(weights @ squares)),
        acceptance=acceptance,
        shown_count=total,
        vote_count=sum(counts[e].votes for e in emojis),
    )


def _acceptance(counts: Iterable[Counts]) -> tuple[float, float]:
    """Share of what was shown that was kept, and of how much; a few usual answers steady it."""
    kept = lost = shown = 0.0
    for each in counts:
        gone = each.removed + each.passed_over
        lost += gone
        kept += max(each.shown - each.removed, 0.0) + each.agreed
        shown += each.shown
    return (kept + _USUAL * _USUAL_ANSWERS) / (kept + lost + _USUAL_ANSWERS), shown


_USUAL, _USUAL_ANSWERS = 0.7, 10.0


def prior_evidence(counts: Mapping[str, Counts]) -> Evidence:
    """(emojis, parts): what a community's counts say of the prior."""
    emojis = [emoji for emoji in counts if emoji != OUTSIDE_TOP_K]
    acceptance, _ = _acceptance(counts.values())
    found: NDArray[np.float64] = _likelihood(counts, emojis, acceptance) @ component_densities().T
    return found


def fit_prior(communities: Iterable[Mapping[str, Counts]]) -> PreferencePrior:
    """The prior under which the counts of these communities are the likeliest."""
    return fit_mixture([prior_evidence(counts) for counts in communities])


_OUTSIDE = 80.0
"""About as many emojis share what is expected outside the five."""


def _likelihood(
    counts: Mapping[str, Counts], emojis: list[str], acceptance: float
) -> NDArray[np.float64]:
    """(emojis, grid), each row's greatest at 1."""
    table = np.array([counts[emoji].as_tuple() for emoji in emojis]).reshape(-1, len(COUNT_NAMES))
    elsewhere = counts.get(OUTSIDE_TOP_K, Counts()).expected_chosen / _OUTSIDE
    counted = dict(zip(COUNT_NAMES, table.T, strict=True))
    lost = counted["removed"] + counted["passed_over"]
    kept = np.maximum(counted["shown"] - counted["removed"], 0.0) + counted["agreed"]
    odds = _expected_odds(counted["shown"], counted["expected_kept"], acceptance)
    shifted = odds[:, None] + BIAS_GRID
    # The first voice moves nothing: it may be anybody's whim.
    chosen = np.maximum(counted["corrected"] + counted["unprompted"] - 1.0, 0.0)[:, None]
    expected = (counted["expected_chosen"] + elsewhere)[:, None]
    log: NDArray[np.float64] = (
        -kept[:, None] * np.logaddexp(0.0, -shifted)
        - lost[:, None] * np.logaddexp(0.0, shifted)
        + chosen * BIAS_GRID
        - expected * np.exp(BIAS_GRID)
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

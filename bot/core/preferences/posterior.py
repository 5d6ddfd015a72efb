"""The preferences of a community: the posterior of each emoji's bias, given the counts.

A bias is added, in log-odds, to the model score. Its prior is fitted to the counts of all
communities and adapted to those of the community itself (``bot.core.preferences.prior``): counts
that agree with the model shrink all biases towards zero, and counts that do not are believed
sooner. Pending counts move an emoji by one rank at most (``bot.core.preferences.ranking``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bot.core.preferences.counts import OUTSIDE_TOP_K, CommunityCounts, Counts
from bot.core.preferences.likelihood import (
    PRIOR_ACCEPTANCE,
    bias_likelihood,
    estimate_acceptance,
)
from bot.core.preferences.prior import (
    BIAS_GRID,
    DEFAULT_PRIOR,
    Evidence,
    PreferencePrior,
    component_densities,
    fit_mixture,
)

MAX_CHART_ROWS = 25
"""Emojis in a chart of preferences."""
MAX_COMMUNITIES_IN_FIT = 500
"""Communities to which the prior is fitted: those with the latest votes."""
_MIN_BIAS = 0.01
"""Smaller biases are left out."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The biases of a community's emojis, and its acceptance."""

    bias: Mapping[str, float] = field(default_factory=dict)
    """Posterior mean in log-odds, within ``MAX_BIAS``; 0 for all other emojis."""
    bias_sd: Mapping[str, float] = field(default_factory=dict)
    """Posterior standard deviation; ``default_sd`` for all other emojis."""
    default_sd: float = 0.0
    """Standard deviation of the bias of an emoji without counts."""
    acceptance: float = 0.0
    """Share of shown emojis that was kept."""
    shown_count: float = 0.0
    """Decayed number of shown emojis."""
    vote_count: float = 0.0
    """Decayed number of votes."""
    pending_bias: Mapping[str, float] = field(default_factory=dict)
    """Difference that the pending counts make to the bias."""

    def strongest(self, max_count: int = MAX_CHART_ROWS) -> list[tuple[str, float]]:
        """Return the emojis with the largest absolute biases, in descending order of bias."""
        found = sorted(self.bias.items(), key=lambda item: -abs(item[1]))[:max_count]
        return sorted(found, key=lambda item: -item[1])


def estimate_preferences(
    counts: CommunityCounts, prior: PreferencePrior = DEFAULT_PRIOR
) -> Preferences:
    """Return the preferences under confirmed counts, with the bias that pending ones would add."""
    confirmed = posterior_preferences(counts.confirmed, prior)
    if counts.pending == counts.confirmed:
        return confirmed
    pending = posterior_preferences(counts.pending, prior).bias
    changes = {
        emoji: pending.get(emoji, 0.0) - confirmed.bias.get(emoji, 0.0)
        for emoji in {*pending, *confirmed.bias}
    }
    return replace(confirmed, pending_bias={e: change for e, change in changes.items() if change})


def posterior_preferences(
    counts: Mapping[str, Counts],
    prior: PreferencePrior = DEFAULT_PRIOR,
    center: Preferences | None = None,
) -> Preferences:
    """Return the preferences under counts that are decayed to one moment.

    With a ``center`` the biases are differences to its own, and the acceptance is shrunk towards
    its acceptance.
    """
    acceptance = estimate_acceptance(
        counts.values(), PRIOR_ACCEPTANCE if center is None else center.acceptance
    )
    shown_count = sum(emoji_counts.shown for emoji_counts in counts.values())
    emojis = _counted_emojis(counts)
    variances = component_densities() @ BIAS_GRID**2
    if not emojis:
        default_sd = float(np.sqrt(prior.weights @ variances))
        return Preferences(default_sd=default_sd, acceptance=acceptance, shown_count=shown_count)
    likelihood = bias_likelihood(counts, emojis, acceptance, center.bias if center else None)
    weights = prior.community_weights(likelihood @ component_densities().T)
    posterior = likelihood * (weights @ component_densities())
    posterior /= posterior.sum(axis=1, keepdims=True)
    means = posterior @ BIAS_GRID
    sds = np.sqrt(np.maximum(posterior @ BIAS_GRID**2 - means**2, 0.0))
    return Preferences(
        bias={e: float(m) for e, m in zip(emojis, means, strict=True) if abs(m) > _MIN_BIAS},
        bias_sd={e: float(sd) for e, sd in zip(emojis, sds, strict=True)},
        default_sd=float(np.sqrt(weights @ variances)),
        acceptance=acceptance,
        shown_count=shown_count,
        vote_count=sum(counts[e].votes for e in emojis),
    )


def prior_evidence(counts: Mapping[str, Counts]) -> Evidence:
    """Return the likelihood (emojis, components) of a community's counts under each component."""
    likelihood = bias_likelihood(
        counts, _counted_emojis(counts), estimate_acceptance(counts.values())
    )
    evidence: NDArray[np.float64] = likelihood @ component_densities().T
    return evidence


def fit_prior(communities: Iterable[Mapping[str, Counts]]) -> PreferencePrior:
    """Return the prior that maximises the likelihood of these communities' counts."""
    return fit_mixture([prior_evidence(counts) for counts in communities])


def _counted_emojis(counts: Mapping[str, Counts]) -> list[str]:
    return [emoji for emoji in counts if emoji != OUTSIDE_TOP_K]

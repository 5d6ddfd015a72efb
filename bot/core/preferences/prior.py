"""The prior of an emoji's bias, fitted to the counts of all communities (empirical Bayes).

A mixture of normal distributions with mean zero (``COMPONENT_SDS``); the narrowest one stands for
"no preference". Expectation-maximisation finds the weights with the greatest marginal likelihood of
the counts of all communities (Stephens 2017, "False discovery rates: a new deal"). The weights of
one community start from these and adapt to its own counts. The ``strength`` says how many emojis
the shared weights count for in that; it maximises the cross-validated likelihood, in which one half
of a community's emojis predicts the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_BIAS = 4.0
"""Largest absolute bias, in log-odds."""
BIAS_GRID: NDArray[np.float64] = np.linspace(-MAX_BIAS, MAX_BIAS, 41)
"""Values of the bias at which densities are computed."""
COMPONENT_SDS = (0.1, 0.5, 1.0, 2.0)
"""Standard deviations of the components."""
STRENGTH_GRID = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0)
"""Strengths that are compared."""
MIN_COMMUNITIES = 20
"""Communities with votes from which on the strength is fitted."""
DEFAULT_PRIOR_EMOJIS = 200.0
"""Emojis that the weights of the default prior count for beside those of all communities."""
_COMMUNITY_EM_STEPS = 20
_SHARED_EM_STEPS = 100

Evidence = NDArray[np.float64]
"""(emojis, components): likelihood of each emoji's counts under each component."""


@dataclass(frozen=True, slots=True)
class PreferencePrior:
    """The mixture that holds for a community before its votes are seen."""

    weights: tuple[float, ...]
    """Of the components; they add up to one."""
    strength: float
    """Number of emojis that ``weights`` count for beside those of the community."""

    def community_weights(self, evidence: Evidence) -> NDArray[np.float64]:
        """Return the weights (components,) in a community with this evidence."""
        shared = np.array(self.weights)
        return _maximise_weights(evidence, shared, self.strength, _COMMUNITY_EM_STEPS)


DEFAULT_PRIOR = PreferencePrior((0.53, 0.35, 0.04, 0.08), 30.0)
"""From ``python -m benchmarks.preferences --fit``: between communities that write about everything
(0.61, 0.31, 0.03, 0.05; strength 10) and those with a subject (0.45, 0.38, 0.06, 0.11; 80)."""


def component_densities() -> NDArray[np.float64]:
    """Return the components (components, grid), cut off at ``MAX_BIAS``; each sums to one."""
    densities = np.exp(-0.5 * (BIAS_GRID / np.array(COMPONENT_SDS)[:, None]) ** 2)
    normalized: NDArray[np.float64] = densities / densities.sum(axis=1, keepdims=True)
    return normalized


def fit_mixture(
    communities: Sequence[Evidence], initial: PreferencePrior = DEFAULT_PRIOR
) -> PreferencePrior:
    """Return the prior that maximises the likelihood of these communities.

    The fewer they are, the closer its weights stay to those of ``initial``. The strength of
    ``initial`` is kept below ``MIN_COMMUNITIES``.
    """
    counted = [evidence for evidence in communities if len(evidence)]
    if not counted:
        return initial
    pooled = np.concatenate(counted)
    fitted = _maximise_weights(
        pooled, np.array(initial.weights), DEFAULT_PRIOR_EMOJIS, _SHARED_EM_STEPS
    )
    weights = tuple(fitted.tolist())
    if len(counted) < MIN_COMMUNITIES:
        return PreferencePrior(weights, initial.strength)
    priors = [PreferencePrior(weights, strength) for strength in STRENGTH_GRID]
    return max(priors, key=lambda prior: cross_validated_likelihood(prior, counted))


def cross_validated_likelihood(prior: PreferencePrior, communities: Sequence[Evidence]) -> float:
    """Return the log-likelihood of each half of the emojis under weights from the other half."""
    total = 0.0
    for evidence in communities:
        for fitted, held_out in ((0, 1), (1, 0)):
            weights = prior.community_weights(evidence[fitted::2])
            total += float(np.log(evidence[held_out::2] @ weights).sum())
    return total


def _maximise_weights(
    evidence: Evidence, shared: NDArray[np.float64], strength: float, steps: int
) -> NDArray[np.float64]:
    """Return the maximum a posteriori weights by expectation-maximisation.

    ``shared`` weights count for ``strength`` emojis (a Dirichlet prior).
    """
    weights = shared
    for _ in range(steps):
        responsibilities = weights * evidence
        responsibilities /= responsibilities.sum(axis=1, keepdims=True)
        totals = responsibilities.sum(axis=0) + strength * shared
        weights = totals / (len(responsibilities) + strength)
    return weights

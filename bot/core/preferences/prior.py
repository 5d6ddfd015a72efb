"""How much communities' tastes differ: the prior of an emoji's bias, fitted to all of them.

It is a mixture of normal distributions around zero (``WIDTHS``), one of them narrow: "no taste of
its own". Its weights maximise the marginal likelihood of the counts of all communities, found by
expectation and maximisation (empirical Bayes; Stephens 2017, "False discovery rates: a new deal").
A community's own weights begin from these and are moved by its own counts; how many emojis the
common ones stand for beside its own is the ``strength``, and is the one under which what is known
of half of a community's emojis best foretells the other half (cross-validated likelihood).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_BIAS = 4.0
"""Greatest bias, in log-odds."""
BIAS_GRID: NDArray[np.float64] = np.linspace(-MAX_BIAS, MAX_BIAS, 41)
"""Biases that are told apart."""
COMPONENT_SDS = (0.1, 0.5, 1.0, 2.0)
"""Standard deviations of the parts."""
STRENGTHS = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0)
MIN_COMMUNITIES = 20
"""Communities that have spoken from which on a strength is fitted."""
DEFAULT_PRIOR_EMOJIS = 200.0
"""Emojis that the shipped weights count for beside those of all communities."""

Evidence = NDArray[np.float64]
"""(emojis, parts): how well each part explains the counts of each emoji of a community."""


@dataclass(frozen=True, slots=True)
class PreferencePrior:
    """What is taken for granted of a community before it says anything."""

    weights: tuple[float, ...]
    """Of the parts; they add up to one."""
    strength: float
    """In emojis."""

    def community_weights(self, evidence: Evidence, rounds: int = 20) -> NDArray[np.float64]:
        """(parts,): the weights in a community with this evidence."""
        common = np.array(self.weights)
        return _maximise(evidence, common, self.strength, rounds)


DEFAULT_PRIOR = PreferencePrior((0.53, 0.35, 0.04, 0.08), 30.0)
"""What ``python -m benchmarks.preferences --fit`` gives, between communities that talk of everything
(0.61, 0.31, 0.03, 0.05; strength 10) and such that have a subject (0.45, 0.38, 0.06, 0.11; 80)."""


def component_densities() -> NDArray[np.float64]:
    """(widths, grid): the normal distributions, cut off at ``BOUND``."""
    densities = np.exp(-0.5 * (BIAS_GRID / np.array(COMPONENT_SDS)[:, None]) ** 2)
    whole: NDArray[np.float64] = densities / densities.sum(axis=1, keepdims=True)
    return whole


def fit_mixture(
    communities: Sequence[Evidence], start: PreferencePrior = DEFAULT_PRIOR
) -> PreferencePrior:
    """The prior under which these communities are the likeliest.

    The fewer they are the closer it stays to ``start``; its strength is kept below ``LEAST`` of
    them.
    """
    spoken = [evidence for evidence in communities if len(evidence)]
    if not spoken:
        return start
    common = np.array(start.weights)
    weights = tuple(
        _maximise(np.concatenate(spoken), common, DEFAULT_PRIOR_EMOJIS, rounds=100).tolist()
    )
    if len(spoken) < MIN_COMMUNITIES:
        return PreferencePrior(weights, start.strength)
    strength = max(
        STRENGTHS,
        key=lambda each: cross_validated_likelihood(PreferencePrior(weights, each), spoken),
    )
    return PreferencePrior(weights, strength)


def cross_validated_likelihood(prior: PreferencePrior, communities: Sequence[Evidence]) -> float:
    """Log-likelihood of every second emoji, by weights from the others, and the other way round."""
    total = 0.0
    for evidence in communities:
        for learnt, held in ((0, 1), (1, 0)):
            weights = prior.community_weights(evidence[learnt::2])
            total += float(np.log(evidence[held::2] @ weights).sum())
    return total


def _maximise(
    evidence: Evidence, common: NDArray[np.float64], strength: float, rounds: int
) -> NDArray[np.float64]:
    """Weights of the greatest posterior, where ``common`` ones count for ``strength`` emojis."""
    weights = common
    for _ in range(rounds):
        share = weights * evidence
        share /= share.sum(axis=1, keepdims=True)
        weights = (share.sum(axis=0) + strength * common) / (len(share) + strength)
    return weights

"""The prior: recovered from simulated communities, and unchanged without any."""

import numpy as np
import pytest

from bot.core.preferences.prior import (
    BIAS_GRID,
    DEFAULT_PRIOR,
    MIN_COMMUNITIES,
    Evidence,
    PreferencePrior,
    component_densities,
    fit_mixture,
)

EMOJIS = 40


def simulate(prior: PreferencePrior, communities: int, seed: int = 1) -> list[Evidence]:
    """Return the evidence of communities whose biases are drawn from the prior, with some noise."""
    generator = np.random.default_rng(seed)
    evidence = []
    for _ in range(communities):
        weights = generator.dirichlet(np.array(prior.weights) * prior.strength + 1e-9)
        components = generator.choice(len(weights), EMOJIS, p=weights)
        biases = np.array(
            [
                generator.choice(BIAS_GRID, p=component_densities()[component])
                for component in components
            ]
        )
        likelihood = np.exp(-0.5 * ((BIAS_GRID - biases[:, None]) / 0.15) ** 2)
        evidence.append(likelihood @ component_densities().T)
    return evidence


def test_weights_are_recovered() -> None:
    truth = PreferencePrior((0.7, 0.05, 0.05, 0.2), 160.0)
    fitted = fit_mixture(simulate(truth, 200))
    assert sum(fitted.weights) == pytest.approx(1)
    assert fitted.weights[0] + fitted.weights[1] == pytest.approx(0.75, abs=0.06)
    assert fitted.weights[3] == pytest.approx(0.2, abs=0.06)


def test_strength_is_greater_when_communities_are_alike() -> None:
    weights = (0.5, 0.1, 0.1, 0.3)
    alike = fit_mixture(simulate(PreferencePrior(weights, 5000.0), 60))
    unlike = fit_mixture(simulate(PreferencePrior(weights, 2.0), 60))
    assert unlike.strength < DEFAULT_PRIOR.strength < alike.strength


def test_few_communities_change_the_prior_little() -> None:
    assert fit_mixture([]) == DEFAULT_PRIOR
    assert fit_mixture([np.zeros((0, len(DEFAULT_PRIOR.weights)))]) == DEFAULT_PRIOR
    wide = simulate(PreferencePrior((0.0, 0.0, 0.0, 1.0), 50.0), MIN_COMMUNITIES - 1)
    one, some = fit_mixture(wide[:1]), fit_mixture(wide)
    assert DEFAULT_PRIOR.weights[3] < one.weights[3] < some.weights[3]
    assert one.weights[3] < 0.3
    assert some.strength == DEFAULT_PRIOR.strength


def test_evidence_without_information_leaves_the_weights() -> None:
    uninformative = np.ones((EMOJIS, len(DEFAULT_PRIOR.weights)))
    assert fit_mixture([uninformative] * 3).weights == pytest.approx(DEFAULT_PRIOR.weights)

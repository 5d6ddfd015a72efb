"""The prior of all communities: found again from what it made, and left alone without any."""

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


def communities(prior: PreferencePrior, many: int, seed: int = 1) -> list[Evidence]:
    """What communities say whose biases are drawn from the prior, seen with little noise."""
    luck = np.random.default_rng(seed)
    found = []
    for _ in range(many):
        weights = luck.dirichlet(np.array(prior.weights) * prior.strength + 1e-9)
        which = luck.choice(len(weights), EMOJIS, p=weights)
        biases = np.array([luck.choice(BIAS_GRID, p=component_densities()[part]) for part in which])
        likelihood = np.exp(-0.5 * ((BIAS_GRID - biases[:, None]) / 0.15) ** 2)
        found.append(likelihood @ component_densities().T)
    return found


def test_weights_are_found_again() -> None:
    truth = PreferencePrior((0.7, 0.05, 0.05, 0.2), 160.0)
    fitted = fit_mixture(communities(truth, 200))
    assert sum(fitted.weights) == pytest.approx(1)
    assert fitted.weights[0] + fitted.weights[1] == pytest.approx(0.75, abs=0.06)
    assert fitted.weights[3] == pytest.approx(0.2, abs=0.06)


def test_strength_is_fitted_and_not_guessed() -> None:
    weights = (0.5, 0.1, 0.1, 0.3)
    alike = fit_mixture(communities(PreferencePrior(weights, 5000.0), 60))
    unlike = fit_mixture(communities(PreferencePrior(weights, 2.0), 60))
    assert unlike.strength < DEFAULT_PRIOR.strength < alike.strength


def test_few_communities_move_it_little() -> None:
    assert fit_mixture([]) == DEFAULT_PRIOR
    assert fit_mixture([np.zeros((0, len(DEFAULT_PRIOR.weights)))]) == DEFAULT_PRIOR
    wild = communities(PreferencePrior((0.0, 0.0, 0.0, 1.0), 50.0), MIN_COMMUNITIES - 1)
    one, some = fit_mixture(wild[:1]), fit_mixture(wild)
    assert DEFAULT_PRIOR.weights[3] < one.weights[3] < some.weights[3]
    assert one.weights[3] < 0.3
    assert some.strength == DEFAULT_PRIOR.strength


def test_what_says_nothing_changes_nothing() -> None:
    silent = np.ones((EMOJIS, len(DEFAULT_PRIOR.weights)))
    assert fit_mixture([silent] * 3).weights == pytest.approx(DEFAULT_PRIOR.weights)

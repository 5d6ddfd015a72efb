"""The map from names to embeddings: a ridge regression."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.training.network.name_embeddings import (
    _PENALTIES,
    _ridge,
    apply_name_map,
    fit_name_map,
)


def names_and_embeddings(
    examples: int, noise: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(examples, 12)) * np.linspace(0.1, 3, 12) + 2
    weights = rng.normal(size=(12, 5))
    return vectors, vectors @ weights - 1 + noise * rng.normal(size=(examples, 5))


def closed_form(
    x: NDArray[np.float64], y: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    """Return (X'X + penalty I)^-1 X'y of centred columns, and the intercept."""
    centre, target = x.mean(0), y.mean(0)
    spread = float(np.mean(np.sum((x - centre) ** 2, axis=0)))
    gram = (x - centre).T @ (x - centre) + penalty * spread * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, (x - centre).T @ (y - target))
    solved: NDArray[np.float64] = np.vstack([weights, target - centre @ weights])
    return solved


@pytest.mark.parametrize("penalty", _PENALTIES)
@pytest.mark.parametrize("examples", [8, 200])
def test_it_is_the_closed_form(examples: int, penalty: float) -> None:
    vectors, embeddings = names_and_embeddings(examples, noise=0.5)
    expected = closed_form(vectors, embeddings, penalty)
    assert _ridge(vectors, embeddings, penalty) == pytest.approx(expected, abs=1e-8)


def test_names_that_predict_give_the_embeddings() -> None:
    vectors, embeddings = names_and_embeddings(200, noise=0.0)
    name_map = fit_name_map(vectors, embeddings)
    assert name_map.shape == (13, 5)
    error = np.mean((apply_name_map(vectors, name_map) - embeddings) ** 2)
    assert error < 0.01 * np.var(embeddings)


def test_names_that_predict_nothing_give_nearly_the_mean_embedding() -> None:
    vectors, _ = names_and_embeddings(200, noise=0.0)
    embeddings = np.random.default_rng(5).normal(size=(200, 5))
    mapped = apply_name_map(vectors, fit_name_map(vectors, embeddings))
    assert np.var(mapped, axis=0).max() < 0.05

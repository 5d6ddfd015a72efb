"""From products to scores: two readers in one pool."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model.scores import log_scores, log_softmax

PRODUCTS = arrays(np.float32, (3, 7), elements=st.floats(-20, 20, width=32))
BIAS = arrays(np.float32, 7, elements=st.floats(-8, 8, width=32))
SHARES = st.floats(0.0, 0.9)


@given(PRODUCTS, BIAS, st.floats(0.5, 3), SHARES)
def test_scores_lie_between_those_of_both_priors(
    products: np.ndarray, bias: np.ndarray, temperature: float, share: float
) -> None:
    scores = np.exp(log_scores(products, bias, temperature, share))
    assert scores.sum(1) == pytest.approx(1, abs=1e-4)
    usual, even = (np.exp(log_softmax((products + b) / temperature)) for b in (bias, bias * 0))
    assert np.all(scores >= np.minimum(usual, even) - 1e-5)
    assert np.all(scores <= np.maximum(usual, even) + 1e-5)


@given(PRODUCTS, BIAS)
def test_without_a_share_it_is_a_softmax(products: np.ndarray, bias: np.ndarray) -> None:
    assert np.array_equal(log_scores(products, bias, 1.0), log_softmax(products + bias))


def test_the_uniform_prior_raises_a_rare_emoji() -> None:
    products = np.array([[5.0, 4.0, 8.0, 0.0], [5.0, 4.0, 2.0, 4.5]], dtype=np.float32)
    bias = np.array([4.0, 4.0, -4.0, -6.0], dtype=np.float32)  # the last two are rare
    without, with_uniform_prior = (
        np.exp(log_scores(products, bias, 1.0, share)) for share in (0.0, 0.1)
    )
    assert without[0, 2] < 0.01 < 0.09 < with_uniform_prior[0, 2]
    # Where no words single one out, the order stays.
    assert with_uniform_prior[1].argsort().tolist()[2:] == without[1].argsort().tolist()[2:]

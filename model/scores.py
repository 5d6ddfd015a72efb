"""Log-scores from the products of text vectors and emoji embeddings."""

import numpy as np
from numpy.typing import NDArray


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute the logarithms of probabilities along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def log_scores(
    products: NDArray[np.float32],
    bias: NDArray[np.float32],
    temperature: float,
    uniform_prior_weight: float = 0.0,
) -> NDArray[np.float32]:
    """Compute log-scores, (texts, emojis), from products, (texts, emojis), and biases, (emojis,).

    A linear opinion pool (Stone, 1961) of two distributions: one with the bias of each emoji, which
    holds how common it is, and one under a uniform prior, without bias, with the weight
    ``uniform_prior_weight``. The second is confident only if the words point to one emoji, so it
    lifts rare emojis where they are meant and changes little elsewhere.
    """
    with_bias = log_softmax((products + bias) / temperature)
    if not uniform_prior_weight:
        return with_bias
    uniform = log_softmax(products / temperature)
    result: NDArray[np.float32] = np.logaddexp(
        with_bias + np.float32(np.log1p(-uniform_prior_weight)),
        uniform + np.float32(np.log(uniform_prior_weight)),
    )
    return result

"""From products of vectors and rows to scores."""

import numpy as np
from numpy.typing import NDArray


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithms of probabilities along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def log_scores(
    products: NDArray[np.float32],
    bias: NDArray[np.float32],
    temperature: float,
    uniform_prior_weight: float = 0.0,
) -> NDArray[np.float32]:
    """Logarithms of scores, (texts, emojis), of vectors x rows.

    A linear opinion pool (Stone, 1961) of two readers: one knows how common each emoji is
    (``bias``, of the emojis), the other, who has a share ``uniform_prior_weight`` of the say, takes all for
    equally common. Where words mean one emoji the second is sure of it, however rare it is, and
    elsewhere hardly says anything.
    """
    usual = log_softmax((products + bias) / temperature)
    if not uniform_prior_weight:
        return usual
    even = log_softmax(products / temperature)
    result: NDArray[np.float32] = np.logaddexp(
        usual + np.float32(np.log1p(-uniform_prior_weight)),
        even + np.float32(np.log(uniform_prior_weight)),
    )
    return result

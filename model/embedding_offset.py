"""Embedding offset of a custom emoji, learnt from texts on which it was or was not chosen.

Logistic regression of this emoji against all of the table, under a normal prior around the
embedding that its name gives; the prior's variance is that of the table's embeddings (empirical
Bayes). The offset is the maximum of the posterior: few texts change it little, many as far as they
agree.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_ITERATIONS = 200
_MAX_LOGIT = 50.0

EmbeddingOffset = NDArray[np.float32]
"""(d,): added to the embedding of an emoji."""


@dataclass(frozen=True, slots=True)
class EmojiChoice:
    """An emoji that a person chose on a text."""

    text: str = field(repr=False)
    emoji: str
    weight: float = 1.0
    """Vote weight."""


def fit_embedding_offset(
    vectors: NDArray[np.float32],
    chosen: NDArray[np.bool_],
    weights: NDArray[np.float64],
    log_odds: NDArray[np.float32],
    variance: float,
) -> EmbeddingOffset:
    """Fit the offset, (d,), of one emoji.

    ``vectors``, (texts, d), are divided by the temperature, so that their product with an offset is
    in log-odds; ``chosen`` and ``weights``, (texts,), say on which texts the emoji was chosen;
    ``log_odds``, (texts,), are those of the emoji against all others without an offset;
    ``variance`` is the prior's for each component.
    """
    offset = np.zeros(vectors.shape[1])
    # Gradient ascent with the step of an upper bound of the curvature: it cannot overshoot.
    step = 1.0 / (weights @ np.square(vectors).sum(axis=1) / 4.0 + 1.0 / variance)
    for _ in range(_ITERATIONS):
        logits = np.clip(log_odds + vectors @ offset, -_MAX_LOGIT, _MAX_LOGIT)
        probabilities = 1.0 / (1.0 + np.exp(-logits))
        gradient = (weights * (chosen - probabilities)) @ vectors - offset / variance
        offset += step * gradient
    return offset.astype(np.float32)

"""How far texts move the row of a custom emoji from where its name puts it.

Of each text is known whether the emoji was chosen on it or another one. The move is the maximum of
the posterior of a logistic regression, this emoji against all that the table offers, under a normal
prior around the name's row that is as wide as rows of the table differ (a ridge; empirical Bayes):
few texts move it little, many as far as they agree.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_ITERATIONS = 200

EmbeddingOffset = NDArray[np.float32]
"""(d,): what is added to a row."""


@dataclass(frozen=True, slots=True)
class EmojiChoice:
    """An emoji that somebody chose on a text."""

    text: str = field(repr=False)
    emoji: str
    weight: float = 1.0


def fit_embedding_offset(
    vectors: NDArray[np.float32],
    chosen: NDArray[np.bool_],
    weights: NDArray[np.float64],
    odds: NDArray[np.float32],
    width: float,
) -> EmbeddingOffset:
    """What is added to a row, (d,), where texts say so.

    ``vectors``, (texts, d), are such that their product with a row is in log-odds; ``odds``,
    (texts,), are what the emoji has already against all others. ``width`` is the variance of each
    number of a row.
    """
    found = np.zeros(vectors.shape[1])
    # Steps that cannot overshoot: the curvature is nowhere greater.
    step = 1.0 / (weights @ np.square(vectors).sum(axis=1) / 4.0 + 1.0 / width)
    for _ in range(_ITERATIONS):
        likely = 1.0 / (1.0 + np.exp(-np.clip(odds + vectors @ found, -50.0, 50.0)))
        found += step * ((weights * (chosen - likely)) @ vectors - found / width)
    return found.astype(np.float32)

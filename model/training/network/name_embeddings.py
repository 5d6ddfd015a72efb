"""Emoji embeddings from names: initial values, and embeddings of emojis without training data."""

import logging

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from torch import Tensor, nn

from model.emoji import emoji_names

log = logging.getLogger(__name__)

INITIAL_LOGIT_SCALE = 12.0
"""Factor from cosine to logit before the first step."""
_PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4)
"""Candidate ridge penalties, as multiples of the mean spread of a feature."""
_MAX_KEYWORDS = 6


def describe_emoji(emoji: str) -> str:
    """Return the name and keywords of an emoji as one text; the emoji itself if it has none."""
    return ", ".join(emoji_names()[emoji][:_MAX_KEYWORDS]) if emoji in emoji_names() else emoji


def initial_embeddings(vectors: Tensor) -> Tensor:
    """Return initial embeddings from the text vectors of names, (emojis, d) each.

    All have one length, so that the first logits are modest.
    """
    centred = vectors - vectors.mean(0)
    scale = INITIAL_LOGIT_SCALE / vectors.norm(dim=1).mean()
    embeddings: Tensor = nn.functional.normalize(centred, dim=1) * scale
    return embeddings


def fit_name_map(
    vectors: NDArray[np.float64], embeddings: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fit a ridge regression from name vectors (n, d) to trained embeddings (n, d).

    Return the weights with the intercept as the last row, (d + 1, d). The penalty is the one with
    the least squared error on a held-out fifth: if names predict little, each embedding is close
    to the mean one, and its emoji outscores none.
    """
    held_out = np.arange(len(vectors)) % 5 == 0
    errors = {
        penalty: _squared_error(
            _ridge(vectors[~held_out], embeddings[~held_out], penalty),
            vectors[held_out],
            embeddings[held_out],
        )
        for penalty in _PENALTIES
    }
    best = min(errors, key=lambda penalty: errors[penalty])
    variance = max(float(np.var(embeddings, axis=0).mean()), 1e-12)
    explained = 1 - errors[best] / variance
    log.info("name map: penalty %g explains %.3f of held-out embeddings", best, explained)
    return _ridge(vectors, embeddings, best)


def apply_name_map(
    vectors: NDArray[np.float64], name_map: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the embeddings (n, d) for name vectors (n, d)."""
    mapped: NDArray[np.float64] = vectors @ name_map[:-1] + name_map[-1]
    return mapped


def _squared_error(
    name_map: NDArray[np.float64], vectors: NDArray[np.float64], embeddings: NDArray[np.float64]
) -> float:
    return float(np.mean((apply_name_map(vectors, name_map) - embeddings) ** 2))


def _ridge(
    vectors: NDArray[np.float64], embeddings: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    # Relative to the features, so that one list of penalties suits every encoder.
    spread = float(np.mean(np.sum((vectors - vectors.mean(0)) ** 2, axis=0)))
    ridge = Ridge(alpha=penalty * spread).fit(vectors, embeddings)
    name_map: NDArray[np.float64] = np.vstack([ridge.coef_.T, ridge.intercept_])
    return name_map

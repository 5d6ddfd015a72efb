"""Rows from names: where the emoji table starts, and what emojis without data get."""

import logging

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from model.emoji import emoji_names

log = logging.getLogger(__name__)

INITIAL_LOGIT_SCALE = 12.0  # cosine to logit before the first step
_RIDGES = (0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4)


def describe_emoji(emoji: str) -> str:
    """An emoji in words, as its row starts from: name, then keywords."""
    return ", ".join(emoji_names()[emoji][:6]) if emoji in emoji_names() else emoji


def initial_embeddings(vectors: Tensor) -> Tensor:
    """Starting rows from the vectors of names: one length, so that logits start modest."""
    centred = vectors - vectors.mean(0)
    scale = INITIAL_LOGIT_SCALE / vectors.norm(dim=1).mean()
    rows: Tensor = nn.functional.normalize(centred, dim=1) * scale
    return rows


def fit_name_map(vectors: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ridge regression from name vectors (n, d) to trained rows (n, d): (d + 1, d).

    The penalty is the one of ``_RIDGES`` with the least squared error on a held-out fifth: where
    names foretell little, every row comes close to the mean one and outscores nobody.
    """
    fold = np.arange(len(vectors)) % 5 == 0
    tried = {
        r: apply_name_map(vectors[fold], _ridge(vectors[~fold], rows[~fold], r)) for r in _RIDGES
    }
    best = min(tried, key=lambda r: float(np.mean((tried[r] - rows[fold]) ** 2)))
    spread = max(float(np.var(rows, axis=0).mean()), 1e-12)
    explained = 1 - np.mean((tried[best] - rows[fold]) ** 2) / spread
    log.info("rows from names: ridge %g explains %.3f of held-out rows", best, explained)
    return _ridge(vectors, rows, best)


def _ridge(x: NDArray[np.float64], y: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    centre, target = x.mean(0), y.mean(0)
    spread = float(np.mean(np.sum((x - centre) ** 2, axis=0)))
    gram = (x - centre).T @ (x - centre) + penalty * spread * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, (x - centre).T @ (y - target))
    solved: NDArray[np.float64] = np.vstack([weights, target - centre @ weights])
    return solved


def apply_name_map(
    vectors: NDArray[np.float64], name_map: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rows (n, d) of name vectors (n, d)."""
    mapped: NDArray[np.float64] = vectors @ name_map[:-1] + name_map[-1]
    return mapped

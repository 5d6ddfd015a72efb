"""Temperature by the number of candidates, and the confidence threshold."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from model.scores import log_scores

_TEMPERATURES = np.geomspace(0.5, 3.5, 16)
"""Between them, gaps are interpolated."""
_SLOPES = (0.0, 0.6)


@dataclass(frozen=True, slots=True)
class CandidateScores:
    """Inputs of the scores of some texts among some candidates."""

    share: float
    """Share of the candidates in the emoji table."""
    emojis: Sequence[str]
    products: NDArray[np.float32]
    """(texts, emojis)"""
    bias: NDArray[np.float32]
    """(emojis,)"""
    truth: Sequence[Collection[str]]
    """The author's emojis of each text."""
    weights: NDArray[np.float64]
    """Weight of each text, with sum 1, (texts,)."""


def first_scores(
    among: CandidateScores, temperature: float, uniform_prior_weight: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the first emoji's score, and if the author used it, (texts,) each."""
    scores = log_scores(among.products, among.bias, temperature, uniform_prior_weight)
    first = scores.argmax(1)
    is_right = [among.emojis[i] in used for i, used in zip(first, among.truth, strict=True)]
    return np.exp(scores.max(1)).astype(np.float64), np.array(is_right)


def find_temperature(
    sets: Sequence[CandidateScores], uniform_prior_weight: float
) -> tuple[float, float]:
    """Return the temperature among all emojis, and its rise for each e-fold fewer candidates.

    They minimise the mean squared gap, over the sets, between the first emoji's score and how often
    it is right: over all texts of a set, and over the less and the more certain half of them.
    """
    folds = np.array([-math.log(among.share) for among in sets])
    gaps = [
        np.array([_gaps(among, t, uniform_prior_weight) for t in _TEMPERATURES]) for among in sets
    ]

    def loss(line: NDArray[np.float64]) -> float:
        temperatures = line[0] + line[1] * folds
        found = [
            np.interp(t, _TEMPERATURES, gap)
            for t, of_set in zip(temperatures, gaps, strict=True)
            for gap in of_set.T
        ]
        return float(np.square(found).mean())

    bounds = [(_TEMPERATURES[0], _TEMPERATURES[-1]), _SLOPES]
    starts = [(t, slope) for t in _TEMPERATURES for slope in np.linspace(*_SLOPES, 13)]
    start = min(starts, key=lambda line: loss(np.array(line)))
    best = minimize(loss, start, method="Nelder-Mead", bounds=bounds)
    return float(best.x[0]), float(best.x[1])


def _gaps(
    among: CandidateScores, temperature: float, uniform_prior_weight: float
) -> tuple[float, float, float]:
    """Return the mean of score minus right, over all texts and over each half by score."""
    scores, is_right = first_scores(among, temperature, uniform_prior_weight)
    order = np.argsort(scores, kind="stable")
    middle = len(order) // 2
    differences = (among.weights * (scores - is_right))[order]
    low, high = float(differences[:middle].sum()), float(differences[middle:].sum())
    return low + high, low, high


def find_threshold(
    scores: NDArray[np.float64],
    is_right: NDArray[np.bool_],
    weights: NDArray[np.float64],
    precision: float,
) -> float:
    """Return the lowest score from which on ``precision`` of the texts are right; 1 if none is.

    All arrays are (texts,).
    """
    order = np.argsort(-scores, kind="stable")
    running = np.cumsum((weights * is_right)[order]) / np.cumsum(weights[order])
    reached = np.flatnonzero(running >= precision)
    # Rounded down, so that the text that set the threshold passes it.
    return math.floor(scores[order[reached[-1]]] * 1e4) / 1e4 if len(reached) else 1.0

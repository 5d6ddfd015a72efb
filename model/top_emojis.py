"""The best emojis of one text: biases of the community, gravity, and the order of the scores."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.candidates import Candidates
from model.gravity import TOP_FIVE_RULE, is_grave
from model.prediction import Gravity, GravityLevel, Prediction
from model.scores import log_softmax

TOP_FIVE = 5
_PENALTY = np.float32(1e4)  # on log-scores: puts an emoji behind all others


def top_emojis(
    model_scores: NDArray[np.float32],
    candidates: Candidates,
    k: int,
    bias: Mapping[str, float],
    gravity: Gravity,
) -> list[Prediction]:
    """Return the top ``k``, or five, by log-scores, (emojis,), with the bias added."""
    shifts = {candidates.index[e]: x for e, x in bias.items() if e in candidates.index}
    scores = _shifted(model_scores, shifts)

    def predictions(indices: NDArray[np.intp]) -> list[Prediction]:
        return [
            Prediction(
                candidates.emojis[i],
                float(np.exp(scores[i])),
                float(np.exp(model_scores[i])) if shifts else None,
                gravity,
            )
            for i in indices
        ]

    if gravity.level not in (GravityLevel.HARMLESS, GravityLevel.DOUBTFUL):
        permitted = candidates.permitted(gravity.level)
        return predictions(permitted[_top_indices(scores[permitted], max(k, TOP_FIVE))])
    top = predictions(_top_indices(scores, max(k, TOP_FIVE)))
    if is_grave(top[:TOP_FIVE], TOP_FIVE_RULE):
        without_laughter = np.where(candidates.laughing, scores - _PENALTY, scores)
        top = predictions(_top_indices(without_laughter, k))
    return top


def _shifted(log_scores: NDArray[np.float32], shifts: Mapping[int, float]) -> NDArray[np.float32]:
    """Return log-scores with shifts added at some indices, normalized again."""
    if not shifts:
        return log_scores
    shifted = log_scores.copy()
    shifted[list(shifts)] += np.array(list(shifts.values()), dtype=np.float32)
    return log_softmax(shifted)


def _top_indices(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Return the indices of the ``k`` highest scores, best first; all if there are fewer."""
    k = min(k, len(scores))
    if not k:
        return np.array([], dtype=np.intp)
    top = np.argpartition(-scores, k - 1)[:k]
    return top[np.argsort(-scores[top], kind="stable")]

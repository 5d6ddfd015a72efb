"""Figures over ranked answers: pure numpy, no model."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

Ranking = Sequence[Sequence[str]]
"""For each text its emojis, best first."""
Truth = Sequence[Collection[str]]
"""For each text the emojis that its author used."""


def hits(ranked: Ranking, truth: Truth, k: int) -> NDArray[np.bool_]:
    """For each text: is one of its emojis among the first ``k``? Shape (texts,)."""
    return np.array(
        [
            any(emoji in used for emoji in best[:k])
            for best, used in zip(ranked, truth, strict=True)
        ],
        dtype=bool,
    )


def recall_by_emoji(
    ranked: Ranking, truth: Truth, k: int, least: int = 20
) -> dict[str, tuple[int, float]]:
    """Emoji -> texts that use it and recall at ``k``, for emojis that ``least`` texts use."""
    found: dict[str, list[bool]] = {}
    for best, used in zip(ranked, truth, strict=True):
        for emoji in used:
            found.setdefault(emoji, []).append(emoji in best[:k])
    counted = sorted(found.items(), key=lambda item: -len(item[1]))
    return {e: (len(seen), float(np.mean(seen))) for e, seen in counted if len(seen) >= least}


def macro_recall(ranked: Ranking, truth: Truth, k: int, least: int = 20) -> float:
    """Recall at ``k`` averaged over the emojis that at least ``least`` texts use.

    Every emoji counts alike, so answering everything with hearts scores near zero.
    """
    recalls = [recall for _, recall in recall_by_emoji(ranked, truth, k, least).values()]
    return float(np.mean(recalls)) if recalls else 0.0


def macro_f1(predicted: Sequence[str], actual: Sequence[str]) -> float:
    """F1 averaged over the labels that occur in ``actual`` (SemEval-2018 task 2's measure)."""
    first, true = np.array(predicted, dtype=object), np.array(actual, dtype=object)
    scores = []
    for label in sorted(set(actual)):
        both = np.sum((first == label) & (true == label))
        either = np.sum(first == label) + np.sum(true == label)
        scores.append(2 * both / either)
    return float(np.mean(scores))


def calibration_error(
    scores: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = 15
) -> float:
    """Expected calibration error over equally filled bins (Nixon et al., 2019)."""
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(scores[part].mean() - correct[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(scores))


def distinct(ranked: Ranking, k: int, share: float = 0.001) -> int:
    """How many emojis are among the first ``k`` of at least ``share`` of the texts."""
    counts: dict[str, int] = {}
    for best in ranked:
        for emoji in best[:k]:
            counts[emoji] = counts.get(emoji, 0) + 1
    return sum(count >= max(1, share * len(ranked)) for count in counts.values())


def bootstrap_interval(values: NDArray[np.float64], draws: int = 500) -> tuple[float, float]:
    """95 % percentile interval of the mean over texts (Efron & Tibshirani, 1993)."""
    return bootstrap_over(len(values), lambda chosen: float(values[chosen].mean()), draws)


def bootstrap_over(
    size: int, statistic: Callable[[NDArray[np.int64]], float], draws: int, seed: int = 0
) -> tuple[float, float]:
    """The same for any statistic of the indices of the drawn texts."""
    rng = np.random.default_rng(seed)
    drawn = [statistic(rng.integers(0, size, size)) for _ in range(draws)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)

"""Metrics of ranked predictions: pure numpy, no model."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

MIN_TEXTS = 20
"""Texts that must use an emoji before it counts in a mean over emojis."""

Ranking = Sequence[Sequence[str]]
"""For each text its predicted emojis, best first."""
Targets = Sequence[Collection[str]]
"""For each text the emojis that its author used."""
Statistic = Callable[[NDArray[np.int64]], float]
"""A figure as a function of how often each text was drawn, shape (texts,)."""


def hits(ranked: Ranking, targets: Targets, k: int) -> NDArray[np.bool_]:
    """Return for each text if one of its emojis is among the first ``k``, shape (texts,)."""
    return np.array(
        [
            any(emoji in used for emoji in best[:k])
            for best, used in zip(ranked, targets, strict=True)
        ],
        dtype=bool,
    )


def recall_by_emoji(
    ranked: Ranking, targets: Targets, k: int, min_texts: int = MIN_TEXTS
) -> dict[str, tuple[int, float]]:
    """Return the number of texts and recall at ``k`` of each emoji that enough texts use."""
    hits_by_emoji: dict[str, list[bool]] = {}
    for best, used in zip(ranked, targets, strict=True):
        for emoji in used:
            hits_by_emoji.setdefault(emoji, []).append(emoji in best[:k])
    most_used = sorted(hits_by_emoji.items(), key=lambda item: -len(item[1]))
    return {e: (len(hit), float(np.mean(hit))) for e, hit in most_used if len(hit) >= min_texts}


def macro_recall(ranked: Ranking, targets: Targets, k: int, min_texts: int = MIN_TEXTS) -> float:
    """Compute recall at ``k`` averaged over the emojis that at least ``min_texts`` texts use.

    Every emoji counts alike, so predicting hearts for everything scores near zero.
    """
    statistic = _macro_recall_statistic(ranked, targets, k, min_texts)
    return statistic(np.ones(len(ranked), dtype=np.int64))


def macro_recall_interval(
    ranked: Ranking, targets: Targets, k: int, min_texts: int = MIN_TEXTS
) -> tuple[float, float]:
    """Compute the 95 % bootstrap interval of ``macro_recall``."""
    return bootstrap_over(len(ranked), _macro_recall_statistic(ranked, targets, k, min_texts))


def _macro_recall_statistic(ranked: Ranking, targets: Targets, k: int, min_texts: int) -> Statistic:
    column = {emoji: i for i, emoji in enumerate(sorted({e for used in targets for e in used}))}
    uses = [
        (i, column[emoji], emoji in best[:k])
        for i, (best, used) in enumerate(zip(ranked, targets, strict=True))
        for emoji in used
    ]
    text, emoji, is_hit = np.array(uses, dtype=np.int64).reshape(-1, 3).T

    def statistic(counts: NDArray[np.int64]) -> float:
        weights = counts[text]
        texts = np.bincount(emoji, weights, len(column))
        hit = np.bincount(emoji, weights * is_hit, len(column))
        enough = texts >= min_texts
        return float((hit[enough] / texts[enough]).mean()) if enough.any() else 0.0

    return statistic


def macro_f1(predicted: Sequence[str], labels: Sequence[str]) -> float:
    """Compute F1 averaged over the labels that occur (SemEval-2018 task 2)."""
    return _macro_f1_statistic(predicted, labels)(np.ones(len(labels), dtype=np.int64))


def macro_f1_interval(predicted: Sequence[str], labels: Sequence[str]) -> tuple[float, float]:
    """Compute the 95 % bootstrap interval of ``macro_f1``."""
    return bootstrap_over(len(labels), _macro_f1_statistic(predicted, labels))


def _macro_f1_statistic(predicted: Sequence[str], labels: Sequence[str]) -> Statistic:
    column = {label: i for i, label in enumerate(sorted(set(labels)))}
    actual = np.array([column[label] for label in labels])
    # Predictions that are no label share the last column.
    first = np.array([column.get(emoji, len(column)) for emoji in predicted])

    def statistic(counts: NDArray[np.int64]) -> float:
        true_positives = np.bincount(actual, counts * (first == actual), len(column))
        positives = np.bincount(actual, counts, len(column))
        predictions = np.bincount(first, counts, len(column) + 1)[:-1]
        occurs = positives > 0
        return float((2 * true_positives[occurs] / (positives + predictions)[occurs]).mean())

    return statistic


def calibration_error(
    scores: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = 15
) -> float:
    """Compute the expected calibration error over equally filled bins (Nixon et al., 2019).

    ``scores`` and ``correct`` have shape (texts,).
    """
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(scores[part].mean() - correct[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(scores))


def count_distinct(ranked: Ranking, k: int, min_share: float = 0.001) -> int:
    """Count the emojis among the first ``k`` of at least ``min_share`` of the texts."""
    counts: dict[str, int] = {}
    for best in ranked:
        for emoji in best[:k]:
            counts[emoji] = counts.get(emoji, 0) + 1
    return sum(count >= max(1, min_share * len(ranked)) for count in counts.values())


def bootstrap_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Compute the 95 % percentile interval of the mean of ``values``, shape (texts,).

    Percentile bootstrap after Efron and Tibshirani (1993).
    """
    return bootstrap_over(len(values), lambda counts: float(counts @ values / len(values)))


def bootstrap_over(
    size: int, statistic: Statistic, draws: int = 500, seed: int = 0
) -> tuple[float, float]:
    """Compute the 95 % percentile interval of a statistic of ``size`` texts."""
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(np.bincount(rng.integers(0, size, size), minlength=size)) for _ in range(draws)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)

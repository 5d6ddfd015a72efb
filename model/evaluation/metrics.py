"""Metrics of ranked predictions: pure numpy, no model."""

from collections.abc import Callable, Collection, Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

MIN_TEXTS = 20
"""Texts that must use an emoji before it counts in a mean over emojis."""

_NORMAL_97_5 = NormalDist().inv_cdf(0.975)

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


def mean(values: NDArray[np.float64], texts: Sequence[int], size: int) -> Statistic:
    """Return the mean of ``values``, (texts,), one for each of some of ``size`` texts.

    Drawn without any of them it is that of all.
    """
    column = np.array(texts, dtype=np.intp)
    every = np.ones(size, dtype=np.int64)

    def statistic(counts: NDArray[np.int64]) -> float:
        weights = counts[column] if counts[column].any() else every[column]
        return float(weights @ values / weights.sum())

    return statistic


def macro_recall(
    ranked: Ranking, targets: Targets, k: int, min_texts: int = MIN_TEXTS
) -> Statistic:
    """Return recall at ``k`` averaged over the emojis that at least ``min_texts`` texts use.

    Every emoji counts alike, so predicting hearts for everything scores near zero.
    """
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


def macro_f1(predicted: Sequence[str], labels: Sequence[str]) -> Statistic:
    """Return F1 averaged over the labels that occur (SemEval-2018 task 2).

    Drawn without any text it is that of all.
    """
    column = {label: i for i, label in enumerate(sorted(set(labels)))}
    actual = np.array([column[label] for label in labels])
    # Predictions that are no label share the last column.
    first = np.array([column.get(emoji, len(column)) for emoji in predicted])

    def statistic(counts: NDArray[np.int64]) -> float:
        counts = counts if counts.any() else np.ones_like(counts)
        true_positives = np.bincount(actual, counts * (first == actual), len(column))
        positives = np.bincount(actual, counts, len(column))
        predictions = np.bincount(first, counts, len(column) + 1)[:-1]
        occurs = positives > 0
        return float((2 * true_positives[occurs] / (positives + predictions)[occurs]).mean())

    return statistic


def calibration_error(
    scores: NDArray[np.float64], correct: NDArray[np.bool_], max_bins: int = 15
) -> float:
    """Compute the expected calibration error over equally filled bins (Nixon et al., 2019).

    There are as many bins, up to ``max_bins``, as leave the share of correct texts rising from bin
    to bin (ECE-sweep; Roelofs et al., 2022): in smaller bins, chance alone looks like an error.

    ``scores`` and ``correct`` have shape (texts,).
    """
    order = np.argsort(scores, kind="stable")
    error = _binned_error(scores[order], correct[order], 1)[0]
    for bins in range(2, min(max_bins, len(scores)) + 1):
        finer, shares = _binned_error(scores[order], correct[order], bins)
        if np.any(np.diff(shares) < 0):
            break
        error = finer
    return error


def _binned_error(
    scores: NDArray[np.float64], correct: NDArray[np.bool_], bins: int
) -> tuple[float, NDArray[np.float64]]:
    """Return the error of sorted scores, and the share of correct texts of each bin, (bins,)."""
    edges = np.linspace(0, len(scores), bins + 1).astype(np.intp)[:-1]
    counts = np.diff([*edges, len(scores)])
    shares = np.add.reduceat(correct.astype(np.float64), edges) / counts
    gaps = np.abs(np.add.reduceat(scores, edges) / counts - shares)
    return float(gaps @ counts / len(scores)), shares


def count_distinct(ranked: Ranking, k: int, min_share: float = 0.001) -> int:
    """Count the emojis among the first ``k`` of at least ``min_share`` of the texts."""
    counts: dict[str, int] = {}
    for best in ranked:
        for emoji in best[:k]:
            counts[emoji] = counts.get(emoji, 0) + 1
    return sum(count >= max(1, min_share * len(ranked)) for count in counts.values())


def difference(first: Statistic, second: Statistic) -> Statistic:
    """Return a statistic minus another one, of the same texts."""
    return lambda counts: first(counts) - second(counts)


def value_of(size: int, statistic: Statistic) -> float:
    """Return a statistic of ``size`` texts, each counted once."""
    return statistic(np.ones(size, dtype=np.int64))


def with_intervals(size: int, statistics: Mapping[str, Statistic]) -> dict[str, Any]:
    """Return each statistic of ``size`` texts as ``NAME``, and its interval as ``NAME_interval``.

    The intervals are 95 % percentile intervals of the bootstrap.
    """
    values = {name: value_of(size, statistic) for name, statistic in statistics.items()}
    intervals = {
        f"{name}_interval": bootstrap_over(size, statistic)
        for name, statistic in statistics.items()
    }
    return values | intervals


def wilson_interval(count: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share; of no texts, 0 to 1."""
    if not total:
        return 0.0, 1.0
    share, spread = count / total, _NORMAL_97_5**2 / total
    center = (share + spread / 2) / (1 + spread)
    half = np.sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
    return max(0.0, float(center - half)), min(1.0, float(center + half))


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

"""Figures over ranked answers: pure numpy, no model."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

Ranking = Sequence[Sequence[str]]
"""For each text its emojis, best first."""
Targets = Sequence[Collection[str]]
"""For each text the emojis that its author used."""
Statistic = Callable[[NDArray[np.int64]], float]
"""A figure of how often each text was drawn, shape (texts,); once each for the figure itself."""


def hits(ranked: Ranking, truth: Targets, k: int) -> NDArray[np.bool_]:
    """For each text: is one of its emojis among the first ``k``? Shape (texts,)."""
    return np.array(
        [
            any(emoji in used for emoji in best[:k])
            for best, used in zip(ranked, truth, strict=True)
        ],
        dtype=bool,
    )


def recall_by_emoji(
    ranked: Ranking, truth: Targets, k: int, least: int = 20
) -> dict[str, tuple[int, float]]:
    """Emoji -> texts that use it and recall at ``k``, for emojis that ``least`` texts use."""
    found: dict[str, list[bool]] = {}
    for best, used in zip(ranked, truth, strict=True):
        for emoji in used:
            found.setdefault(emoji, []).append(emoji in best[:k])
    counted = sorted(found.items(), key=lambda item: -len(item[1]))
    return {e: (len(seen), float(np.mean(seen))) for e, seen in counted if len(seen) >= least}


def macro_recall(ranked: Ranking, truth: Targets, k: int, least: int = 20) -> float:
    """Recall at ``k`` averaged over the emojis that at least ``least`` texts use.

    Every emoji counts alike, so answering everything with hearts scores near zero.
    """
    return _macro_recall_of(ranked, truth, k, least)(np.ones(len(ranked), dtype=np.int64))


def macro_recall_interval(
    ranked: Ranking, truth: Targets, k: int, least: int = 20
) -> tuple[float, float]:
    """95 % bootstrap interval of ``macro_recall``."""
    return bootstrap_over(len(ranked), _macro_recall_of(ranked, truth, k, least))


def _macro_recall_of(ranked: Ranking, truth: Targets, k: int, least: int) -> Statistic:
    column = {emoji: i for i, emoji in enumerate(sorted({e for used in truth for e in used}))}
    uses = [
        (i, column[emoji], emoji in best[:k])
        for i, (best, used) in enumerate(zip(ranked, truth, strict=True))
        for emoji in used
    ]
    text, emoji, found = np.array(uses, dtype=np.int64).reshape(-1, 3).T

    def statistic(counts: NDArray[np.int64]) -> float:
        weight = counts[text]
        seen = np.bincount(emoji, weight, len(column))
        hit = np.bincount(emoji, weight * found, len(column))
        enough = seen >= least
        return float((hit[enough] / seen[enough]).mean()) if enough.any() else 0.0

    return statistic


def macro_f1(predicted: Sequence[str], actual: Sequence[str]) -> float:
    """F1 averaged over the labels that occur in ``actual`` (SemEval-2018 task 2's measure)."""
    return _macro_f1_of(predicted, actual)(np.ones(len(actual), dtype=np.int64))


def macro_f1_interval(predicted: Sequence[str], actual: Sequence[str]) -> tuple[float, float]:
    """95 % bootstrap interval of ``macro_f1``."""
    return bootstrap_over(len(actual), _macro_f1_of(predicted, actual))


def _macro_f1_of(predicted: Sequence[str], actual: Sequence[str]) -> Statistic:
    column = {label: i for i, label in enumerate(sorted(set(actual)))}
    true = np.array([column[label] for label in actual])
    first = np.array([column.get(answer, len(column)) for answer in predicted])

    def statistic(counts: NDArray[np.int64]) -> float:
        both = np.bincount(true, counts * (first == true), len(column))
        meant = np.bincount(true, counts, len(column))
        answered = np.bincount(first, counts, len(column) + 1)[:-1]
        occurs = meant > 0
        return float((2 * both[occurs] / (meant + answered)[occurs]).mean())

    return statistic


def calibration_error(
    scores: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = 15
) -> float:
    """Expected calibration error over equally filled bins (Nixon et al., 2019)."""
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(scores[part].mean() - correct[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / len(scores))


def count_distinct(ranked: Ranking, k: int, share: float = 0.001) -> int:
    """How many emojis are among the first ``k`` of at least ``share`` of the texts."""
    counts: dict[str, int] = {}
    for best in ranked:
        for emoji in best[:k]:
            counts[emoji] = counts.get(emoji, 0) + 1
    return sum(count >= max(1, share * len(ranked)) for count in counts.values())


def bootstrap_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """95 % percentile interval of the mean over texts (Efron & Tibshirani, 1993)."""
    return bootstrap_over(len(values), lambda counts: float(counts @ values / len(values)))


def bootstrap_over(
    size: int, statistic: Statistic, draws: int = 500, seed: int = 0
) -> tuple[float, float]:
    """The same for any statistic."""
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(np.bincount(rng.integers(0, size, size), minlength=size)) for _ in range(draws)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)

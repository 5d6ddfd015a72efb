"""Figures on texts whose authors' emojis are known; each of them counts as right."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.evaluation import metrics
from model.evaluation.evaluate import Ranked
from model.evaluation.metrics import Statistic, Targets
from model.figures import EmojiFigures


def emoji_statistics(ranked: Ranked, targets: Targets) -> dict[str, Statistic]:
    """Return the figures that have an interval; macro-F1 only if each text has one label."""
    texts = range(len(targets))
    statistics = {
        f"hit_{k}": metrics.mean(
            metrics.hits(ranked.emojis, targets, k).astype(float), texts, len(texts)
        )
        for k in (1, 5)
    }
    statistics["macro_recall_5"] = metrics.macro_recall(ranked.emojis, targets, 5)
    if _has_single_labels(targets):
        statistics["macro_f1"] = metrics.macro_f1(_first(ranked), _labels(targets))
    return statistics


def emoji_figures(ranked: Ranked, targets: Targets, threshold: float | None = None) -> EmojiFigures:
    """Compute figures; ``threshold`` is the ranker's confidence threshold, None without one."""
    hits = metrics.hits(ranked.emojis, targets, 1)
    statistics = emoji_statistics(ranked, targets)
    single_label = _has_single_labels(targets)
    return EmojiFigures(
        texts=len(targets),
        **metrics.with_intervals(len(targets), statistics),
        accuracy=float(hits.mean()) if single_label else None,
        calibration_error=metrics.calibration_error(ranked.scores, hits),
        **({} if threshold is None else _above_threshold(ranked.scores, hits, threshold)),
        distinct_5=metrics.count_distinct(ranked.emojis, 5),
        by_emoji=metrics.recall_by_emoji(ranked.emojis, targets, 5),
        confusion=_confusion(_first(ranked), _labels(targets)) if single_label else {},
    )


def _above_threshold(
    scores: NDArray[np.float64], hits: NDArray[np.bool_], threshold: float
) -> dict[str, Any]:
    above = scores >= threshold
    shown, right = int(above.sum()), int((above & hits).sum())
    return {
        "shown": shown / len(scores),
        "precision": right / shown if shown else None,
        "precision_interval": metrics.wilson_interval(right, shown) if shown else None,
    }


def _has_single_labels(targets: Targets) -> bool:
    return all(len(used) == 1 for used in targets)


def _labels(targets: Targets) -> list[str]:
    return [next(iter(used)) for used in targets]


def _first(ranked: Ranked) -> list[str]:
    return [top_five[0] if top_five else "" for top_five in ranked.emojis]


def _confusion(predicted: Sequence[str], labels: Sequence[str]) -> dict[str, dict[str, int]]:
    confusion: dict[str, dict[str, int]] = {}
    for label, emoji in zip(labels, predicted, strict=True):
        counts = confusion.setdefault(label, {})
        counts[emoji] = counts.get(emoji, 0) + 1
    return confusion

"""Scores anything that ranks emojis on labelled texts: what the tables and the card show."""

import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Protocol, TypeVar

import numpy as np

from model import metrics
from model.emotions import (
    LAUGHING_OR_CELEBRATING,
    NEGATIVE,
    SAD_OR_AFRAID,
    carriers,
    negative_emojis,
)
from model.predictor import Prediction

_BATCH = 512
T = TypeVar("T")


class Ranker(Protocol):
    """What is evaluated: a ``Predictor``, or a baseline beside it."""

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Top ``k`` for each text, best first."""
        ...


@dataclass(frozen=True, slots=True)
class EmojiFigures:
    """How well the answers match what people used; shares between 0 and 1."""

    texts: int
    hit_1: float
    hit_1_interval: tuple[float, float]
    """95 % bootstrap interval."""
    hit_5: float
    hit_5_interval: tuple[float, float]
    macro_recall_5: float
    macro_recall_5_interval: tuple[float, float]
    macro_f1: float | None
    """Where each text has one label, else None."""
    macro_f1_interval: tuple[float, float] | None
    calibration_error: float
    distinct_5: int
    """Emojis among the five of at least a thousandth of the texts."""
    by_emoji: dict[str, tuple[int, float]] = field(repr=False)
    """Each emoji that at least twenty texts use: how many, and recall at five."""
    confusion: dict[str, dict[str, int]] = field(repr=False)
    """Where each text has one label: label -> first answer -> texts."""

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EmotionFigures:
    """How well the answers carry the emotion that raters saw."""

    texts: int
    carried: float
    """Mean over emotions: share of texts with a carrier of the emotion among the five."""
    by_emotion: dict[str, float]
    negative_share: float
    """Share of negative emojis among the five of texts with negative emotions only."""
    tone_deaf: float
    """Share of texts of grief, sadness or fear, without joy, whose first emoji laughs or
    celebrates."""
    tone_deaf_interval: tuple[float, float]

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def rank(
    ranker: Ranker, texts: Sequence[str], candidates: Collection[str] | None
) -> tuple[list[list[str]], np.ndarray]:
    """The five of each text, and the first one's score; texts without an answer score 0."""
    ranked: list[list[str]] = []
    scores: list[float] = []
    for start in range(0, len(texts), _BATCH):
        for answer in ranker.predict(texts[start : start + _BATCH], 5, candidates):
            ranked.append([p.emoji for p in answer])
            scores.append(answer[0].score if answer else 0.0)
    return ranked, np.array(scores)


def evaluate_emojis(
    ranker: Ranker,
    texts: Sequence[str],
    truth: Sequence[Collection[str]],
    candidates: Collection[str] | None = None,
) -> EmojiFigures:
    """Figures on texts whose authors' emojis are known; any of them counts as right."""
    ranked, scores = rank(ranker, texts, candidates)
    first, five = metrics.hits(ranked, truth, 1), metrics.hits(ranked, truth, 5)
    labels = [next(iter(used)) for used in truth]
    best = [answer[0] if answer else "" for answer in ranked]
    single = all(len(used) == 1 for used in truth)
    return EmojiFigures(
        texts=len(texts),
        hit_1=float(first.mean()),
        hit_1_interval=metrics.bootstrap_interval(first.astype(float)),
        hit_5=float(five.mean()),
        hit_5_interval=metrics.bootstrap_interval(five.astype(float)),
        macro_recall_5=metrics.macro_recall(ranked, truth, 5),
        macro_recall_5_interval=metrics.bootstrap_over(
            len(texts), lambda i: metrics.macro_recall(_at(ranked, i), _at(truth, i), 5), draws=50
        ),
        macro_f1=metrics.macro_f1(best, labels) if single else None,
        macro_f1_interval=metrics.bootstrap_over(
            len(texts), lambda i: metrics.macro_f1(_at(best, i), _at(labels, i)), draws=100
        )
        if single
        else None,
        calibration_error=metrics.calibration_error(scores, first),
        distinct_5=metrics.distinct(ranked, 5),
        by_emoji=metrics.recall_by_emoji(ranked, truth, 5),
        confusion=_confusion(best, labels) if single else {},
    )


def _at(values: Sequence[T], indices: np.ndarray) -> list[T]:
    return [values[i] for i in indices]


def _confusion(best: Sequence[str], labels: Sequence[str]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for label, answer in zip(labels, best, strict=True):
        row = table.setdefault(label, {})
        row[answer] = row.get(answer, 0) + 1
    return table


def latency(ranker: Ranker, texts: Sequence[str]) -> float:
    """Median milliseconds for one text at a time."""
    times = []
    for text in texts:
        start = time.perf_counter()
        ranker.predict([text])
        times.append((time.perf_counter() - start) * 1000)
    return float(np.median(times))


def evaluate_emotions(
    ranker: Ranker, texts: Sequence[str], emotions: Sequence[Collection[str]]
) -> EmotionFigures:
    """Figures on texts with emotion tags, answered from the whole table."""
    ranked, _ = rank(ranker, texts, None)
    carried: dict[str, list[bool]] = {}
    negative: list[float] = []
    deaf: list[float] = []
    for best, tags in zip(ranked, emotions, strict=True):
        for tag in tags:
            if carriers(tag):
                carried.setdefault(tag, []).append(not carriers(tag).isdisjoint(best))
        basic = {tag for tag in tags if carriers(tag)}
        if basic and basic <= _NEGATIVE_TAGS:
            negative.append(len(negative_emojis().intersection(best)) / 5)
            if basic & SAD_OR_AFRAID:
                deaf.append(bool(best) and best[0] in LAUGHING_OR_CELEBRATING)
    by_emotion = {tag: float(np.mean(seen)) for tag, seen in sorted(carried.items())}
    return EmotionFigures(
        texts=len(texts),
        carried=float(np.mean(list(by_emotion.values()))),
        by_emotion=by_emotion,
        negative_share=float(np.mean(negative)),
        tone_deaf=float(np.mean(deaf)),
        tone_deaf_interval=metrics.bootstrap_interval(np.array(deaf, dtype=float)),
    )


_NEGATIVE_TAGS = NEGATIVE | {
    "grief", "disappointment", "remorse", "pessimism", "annoyance", "disapproval", "nervousness",
}  # fmt: skip

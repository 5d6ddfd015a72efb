"""Scores anything that ranks emojis on labelled texts: what the tables and the card show."""

import time
from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.artifact import Artifact
from model.emotions import (
    LAUGHING_OR_CELEBRATING_EMOJIS,
    NEGATIVE_EMOTIONS,
    SAD_OR_FEARFUL_EMOTIONS,
    emojis_carrying,
    negative_emojis,
)
from model.evaluation import metrics
from model.figures import EmojiFigures, EmotionFigures, LatencyFigures
from model.prediction import Prediction
from model.predictor import Predictor

_BATCH_SIZE = 512
_EVERY = 100  # more than a text has emotion tags


class Ranker(Protocol):
    """What is evaluated: a ``Predictor``, or a baseline beside it."""

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Top ``k`` for each text, best first."""
        ...


class CachingPredictor(Predictor):
    """Encodes each text once, however many sets of candidates it is then ranked for."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        super().__init__(artifact, threads)
        self._cache: dict[str, NDArray[np.float32]] = {}

    def encode(self, cleaned: Sequence[str]) -> NDArray[np.float32]:
        """Text vectors, (texts, d), kept for as long as this lives: 1.5 kB each."""
        fresh = list(dict.fromkeys(text for text in cleaned if text not in self._cache))
        if fresh:
            self._cache.update(zip(fresh, super().encode(fresh), strict=True))
        return np.stack([self._cache[text] for text in cleaned])


def rank(
    ranker: Ranker, texts: Sequence[str], candidates: Collection[str] | None
) -> tuple[list[list[str]], NDArray[np.float64]]:
    """The five of each text, and the first one's score; texts without an answer score 0.

    Texts of like length go together, as short ones would be padded to the longest of a batch.
    """
    ranked: list[list[str]] = [[] for _ in texts]
    scores = np.zeros(len(texts))
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for start in range(0, len(order), _BATCH_SIZE):
        part = order[start : start + _BATCH_SIZE]
        answers = ranker.predict([texts[i] for i in part], 5, candidates)
        for i, answer in zip(part, answers, strict=True):
            ranked[i] = [p.emoji for p in answer]
            scores[i] = answer[0].score if answer else 0.0
    return ranked, scores


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
        macro_recall_5_interval=metrics.macro_recall_interval(ranked, truth, 5),
        macro_f1=metrics.macro_f1(best, labels) if single else None,
        macro_f1_interval=metrics.macro_f1_interval(best, labels) if single else None,
        accuracy=float(first.mean()) if single else None,
        calibration_error=metrics.calibration_error(scores, first),
        distinct_5=metrics.count_distinct(ranked, 5),
        by_emoji=metrics.recall_by_emoji(ranked, truth, 5),
        confusion=_confusion(best, labels) if single else {},
    )


def _confusion(best: Sequence[str], labels: Sequence[str]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for label, answer in zip(labels, best, strict=True):
        row = table.setdefault(label, {})
        row[answer] = row.get(answer, 0) + 1
    return table


def measure_latency(ranker: Ranker, texts: Sequence[str], threads: int = 1) -> LatencyFigures:
    """Time one text after another; ``threads`` is what it was opened with."""
    times = []
    for text in (*texts[:20], *texts):
        start = time.perf_counter()
        ranker.predict([text])
        times.append((time.perf_counter() - start) * 1000)
    p50, p99 = np.percentile(times[-len(texts) :], [50, 99])
    return LatencyFigures(texts=len(texts), threads=threads, p50=float(p50), p99=float(p99))


def evaluate_emotions(
    ranker: Ranker, texts: Sequence[str], emotions: Sequence[Collection[str]]
) -> EmotionFigures:
    """Figures on texts with emotion tags, answered from the whole table."""
    ranked, _ = rank(ranker, texts, None)
    told = [[tag for tag in tags if emojis_carrying(tag)] for tags in emotions]
    fits = [
        [tag for tag in tags if not emojis_carrying(tag).isdisjoint(best)]
        for best, tags in zip(ranked, told, strict=True)
    ]
    bad = [i for i, tags in enumerate(told) if tags and _NEGATIVE_TAGS.issuperset(tags)]
    share = np.array([len(negative_emojis().intersection(ranked[i])) / 5 for i in bad])
    sad = [ranked[i][:1] for i in bad if SAD_OR_FEARFUL_EMOTIONS.intersection(told[i])]
    deaf = np.array(
        [not LAUGHING_OR_CELEBRATING_EMOJIS.isdisjoint(first) for first in sad], dtype=float
    )
    felt = any(told)
    return EmotionFigures(
        texts=len(texts),
        carried=metrics.macro_recall(fits, told, _EVERY, least=1) if felt else None,
        carried_interval=metrics.macro_recall_interval(fits, told, _EVERY, 1) if felt else None,
        by_emotion=metrics.recall_by_emoji(fits, told, _EVERY, least=1),
        negative_share=float(share.mean()) if len(share) else None,
        negative_share_interval=metrics.bootstrap_interval(share) if len(share) else None,
        tone_deaf=float(deaf.mean()) if len(deaf) else None,
        tone_deaf_interval=metrics.bootstrap_interval(deaf) if len(deaf) else None,
    )


_NEGATIVE_TAGS = NEGATIVE_EMOTIONS | {
    "grief", "disappointment", "remorse", "pessimism", "annoyance", "disapproval", "nervousness",
}  # fmt: skip

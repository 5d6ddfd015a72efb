"""Evaluation of rankers on labelled texts."""

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
_MAX_TAGS = 100  # more than a text has emotion tags
_NEGATIVE_TAGS = NEGATIVE_EMOTIONS | {
    "grief", "disappointment", "remorse", "pessimism", "annoyance", "disapproval", "nervousness",
}  # fmt: skip


class Ranker(Protocol):
    """A ``Predictor``, or a baseline beside it."""

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the top ``k`` for each text, best first."""
        ...


class CachingPredictor(Predictor):
    """Predictor that encodes each text once, for evaluation under several sets of candidates."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        """Begin with an empty cache."""
        super().__init__(artifact, threads)
        self._cache: dict[str, NDArray[np.float32]] = {}

    def encode(self, cleaned: Sequence[str]) -> NDArray[np.float32]:
        """Return text vectors, (texts, d); the cache is unbounded, 1.5 kB a text."""
        new = list(dict.fromkeys(text for text in cleaned if text not in self._cache))
        if new:
            self._cache.update(zip(new, super().encode(new), strict=True))
        return np.stack([self._cache[text] for text in cleaned])


def rank(
    ranker: Ranker, texts: Sequence[str], candidates: Collection[str] | None
) -> tuple[list[list[str]], NDArray[np.float64]]:
    """Return the top five of each text, and the first one's score, (texts,); 0 without any.

    Texts of similar length share a batch, as short ones are padded to the longest.
    """
    ranked: list[list[str]] = [[] for _ in texts]
    scores = np.zeros(len(texts))
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for start in range(0, len(order), _BATCH_SIZE):
        batch = order[start : start + _BATCH_SIZE]
        predicted = ranker.predict([texts[i] for i in batch], 5, candidates)
        for i, top_five in zip(batch, predicted, strict=True):
            ranked[i] = [p.emoji for p in top_five]
            scores[i] = top_five[0].score if top_five else 0.0
    return ranked, scores


def evaluate_emojis(
    ranker: Ranker,
    texts: Sequence[str],
    targets: metrics.Targets,
    candidates: Collection[str] | None = None,
) -> EmojiFigures:
    """Compute figures on texts whose authors' emojis are known; each of them counts as right."""
    ranked, scores = rank(ranker, texts, candidates)
    hits_1, hits_5 = metrics.hits(ranked, targets, 1), metrics.hits(ranked, targets, 5)
    labels = [next(iter(used)) for used in targets]
    first = [top_five[0] if top_five else "" for top_five in ranked]
    single_label = all(len(used) == 1 for used in targets)
    return EmojiFigures(
        texts=len(texts),
        hit_1=float(hits_1.mean()),
        hit_1_interval=metrics.bootstrap_interval(hits_1.astype(float)),
        hit_5=float(hits_5.mean()),
        hit_5_interval=metrics.bootstrap_interval(hits_5.astype(float)),
        macro_recall_5=metrics.macro_recall(ranked, targets, 5),
        macro_recall_5_interval=metrics.macro_recall_interval(ranked, targets, 5),
        macro_f1=metrics.macro_f1(first, labels) if single_label else None,
        macro_f1_interval=metrics.macro_f1_interval(first, labels) if single_label else None,
        accuracy=float(hits_1.mean()) if single_label else None,
        calibration_error=metrics.calibration_error(scores, hits_1),
        distinct_5=metrics.count_distinct(ranked, 5),
        by_emoji=metrics.recall_by_emoji(ranked, targets, 5),
        confusion=_confusion(first, labels) if single_label else {},
    )


def _confusion(predicted: Sequence[str], labels: Sequence[str]) -> dict[str, dict[str, int]]:
    confusion: dict[str, dict[str, int]] = {}
    for label, emoji in zip(labels, predicted, strict=True):
        counts = confusion.setdefault(label, {})
        counts[emoji] = counts.get(emoji, 0) + 1
    return confusion


def evaluate_emotions(
    ranker: Ranker, texts: Sequence[str], emotions: Sequence[Collection[str]]
) -> EmotionFigures:
    """Compute figures on texts with emotion tags, predicted from the whole table."""
    ranked, _ = rank(ranker, texts, None)
    tagged = [[tag for tag in tags if emojis_carrying(tag)] for tags in emotions]
    carried = [
        [tag for tag in tags if not emojis_carrying(tag).isdisjoint(top_five)]
        for top_five, tags in zip(ranked, tagged, strict=True)
    ]
    negative = [i for i, tags in enumerate(tagged) if tags and _NEGATIVE_TAGS.issuperset(tags)]
    shares = np.array([len(negative_emojis().intersection(ranked[i])) / 5 for i in negative])
    sad = [i for i in negative if SAD_OR_FEARFUL_EMOTIONS.intersection(tagged[i])]
    tone_deaf = np.array(
        [not LAUGHING_OR_CELEBRATING_EMOJIS.isdisjoint(ranked[i][:1]) for i in sad], dtype=float
    )
    has_tags = any(tagged)
    return EmotionFigures(
        texts=len(texts),
        carried=metrics.macro_recall(carried, tagged, _MAX_TAGS, 1) if has_tags else None,
        carried_interval=(
            metrics.macro_recall_interval(carried, tagged, _MAX_TAGS, 1) if has_tags else None
        ),
        by_emotion=metrics.recall_by_emoji(carried, tagged, _MAX_TAGS, 1),
        negative_share=_mean(shares),
        negative_share_interval=metrics.bootstrap_interval(shares) if len(shares) else None,
        tone_deaf=_mean(tone_deaf),
        tone_deaf_interval=metrics.bootstrap_interval(tone_deaf) if len(tone_deaf) else None,
    )


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None


def measure_latency(ranker: Ranker, texts: Sequence[str], threads: int = 1) -> LatencyFigures:
    """Time one text after another; ``threads`` is what the ranker was opened with."""
    milliseconds = []
    for text in (*texts[:20], *texts):  # the first twenty warm up
        start = time.perf_counter()
        ranker.predict([text])
        milliseconds.append((time.perf_counter() - start) * 1000)
    p50, p99 = np.percentile(milliseconds[-len(texts) :], [50, 99])
    return LatencyFigures(texts=len(texts), threads=threads, p50=float(p50), p99=float(p99))

"""Predictions for many texts, with which rankers are evaluated, and their latency."""

import time
from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from model.artifact import Artifact
from model.encoding import TextVectors
from model.figures import LatencyFigures
from model.prediction import Prediction
from model.predictor import Predictor

_BATCH_SIZE = 512


class Ranker(Protocol):
    """A ``Predictor``, or a baseline beside it."""

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the top ``k`` for each text, best first."""
        ...


class Ranked(NamedTuple):
    """Predictions of one ranker for some texts."""

    emojis: Sequence[Sequence[str]]
    """The top five of each text, best first."""
    scores: NDArray[np.float64]
    """Score of the first emoji, (texts,); 0 without any."""

    def of(self, texts: Sequence[int]) -> "Ranked":
        """Return the predictions for some of the texts."""
        return Ranked([self.emojis[i] for i in texts], self.scores[list(texts)])


class CachingPredictor(Predictor):
    """Predictor that encodes each text once, for evaluation under several sets of candidates."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        """Begin with an empty cache."""
        super().__init__(artifact, threads)
        self._cache: dict[str, TextVectors] = {}

    def encode_with_gravity(self, cleaned: Sequence[str]) -> TextVectors:
        """Return both vectors of each text; the cache is unbounded, 2 kB a text."""
        new = list(dict.fromkeys(text for text in cleaned if text not in self._cache))
        if new:
            rows = map(TextVectors, *super().encode_with_gravity(new))
            self._cache.update(zip(new, rows, strict=True))
        vectors, gravity = zip(*(self._cache[text] for text in cleaned), strict=True)
        return TextVectors(np.stack(vectors), np.stack(gravity))


def rank(ranker: Ranker, texts: Sequence[str], candidates: Collection[str] | None) -> Ranked:
    """Return the top five of each text, and the first one's score.

    Texts of similar length share a batch, as short ones are padded to the longest.
    """
    emojis: list[list[str]] = [[] for _ in texts]
    scores = np.zeros(len(texts))
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for start in range(0, len(order), _BATCH_SIZE):
        batch = order[start : start + _BATCH_SIZE]
        predicted = ranker.predict([texts[i] for i in batch], 5, candidates)
        for i, top_five in zip(batch, predicted, strict=True):
            emojis[i] = [p.emoji for p in top_five]
            scores[i] = top_five[0].score if top_five else 0.0
    return Ranked(emojis, scores)


def measure_latency(ranker: Ranker, texts: Sequence[str], threads: int = 1) -> LatencyFigures:
    """Time one text after another; ``threads`` is what the ranker was opened with."""
    milliseconds = []
    for text in (*texts[:20], *texts):  # the first twenty warm up
        start = time.perf_counter()
        ranker.predict([text])
        milliseconds.append((time.perf_counter() - start) * 1000)
    p50, p99 = np.percentile(milliseconds[-len(texts) :], [50, 99])
    return LatencyFigures(texts=len(texts), threads=threads, p50=float(p50), p99=float(p99))

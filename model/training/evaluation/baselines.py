"""Baselines: the class prior, naive Bayes, and published predictions."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from model.evaluation.evaluate import Ranker
from model.examples import Example
from model.prediction import Prediction
from model.text import clean
from model.training.recipe import RecipeError, SourceRecipe

_MIN_TEXTS = 50
"""Texts of an emoji that naive Bayes may predict."""
_BATCH_SIZE = 1000
_FIT_SAMPLES = 50_000
_LEAK = "\ufe0f"


class PriorBaseline:
    """The most frequent emojis of the training texts, for every text."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """Count the emojis of the examples."""
        counts = Counter(emoji for x in examples for emoji in x.emojis)
        self.emojis = [emoji for emoji, _ in counts.most_common()]
        self._shares = np.array([counts[e] for e in self.emojis]) / counts.total()

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the same ``k`` for each text."""
        return _ranked(np.tile(self._shares, (len(texts), 1)), self.emojis, k, candidates)


class NaiveBayesBaseline:
    """Multinomial naive Bayes on word unigrams and bigrams (Wang & Manning, 2012)."""

    def __init__(self, examples: Sequence[Example], features: int = 60_000) -> None:
        """Fit with one sample for each emoji of each text."""
        counts = Counter(emoji for x in examples for emoji in x.emojis)
        self.emojis = sorted(emoji for emoji, count in counts.items() if count >= _MIN_TEXTS)
        column = {emoji: i for i, emoji in enumerate(self.emojis)}
        samples = [(x.text, column[e]) for x in examples for e in x.emojis if e in column]
        self._vectorizer = CountVectorizer(
            ngram_range=(1, 2),
            max_features=features,
            binary=True,
            token_pattern=r"\w+|[^\w\s]+",  # noqa: S106 - no password
        )
        sample_counts = self._vectorizer.fit_transform([text for text, _ in samples])
        labels, classes = np.array([label for _, label in samples]), np.arange(len(self.emojis))
        self._bayes = MultinomialNB(alpha=0.3)
        # In parts: scikit-learn makes a dense matrix of samples by classes.
        for start in range(0, len(labels), _FIT_SAMPLES):
            part = slice(start, start + _FIT_SAMPLES)
            self._bayes.partial_fit(sample_counts[part], labels[part], classes)

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the top ``k`` by posterior probability."""
        predictions: list[list[Prediction]] = []
        for start in range(0, len(texts), _BATCH_SIZE):
            counts = self._vectorizer.transform(
                [clean(t) for t in texts[start : start + _BATCH_SIZE]]
            )
            predictions += _ranked(self._bayes.predict_proba(counts), self.emojis, k, candidates)
        return predictions


class PublishedPredictions:
    """Published predictions for a split, one emoji per text."""

    def __init__(self, predictions: dict[str, str]) -> None:
        """Take a mapping from text to emoji."""
        self._predictions = predictions

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the one published emoji, whatever ``k`` and ``candidates``."""
        return [[Prediction(self._predictions[text], 1.0)] for text in texts]


class LeakRanker:
    """A ranker that also uses U+FE0F, which tweet_eval left where it removed an emoji."""

    def __init__(self, ranker: Ranker, marked: Collection[str]) -> None:
        """Take the emojis that leave the mark: if a text has it, one of them is first."""
        self._ranker, self._marked = ranker, frozenset(marked)

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Return the top ``k``, the marked emojis first if the text has the mark, else last."""
        allowed = frozenset(candidates or ())
        marked = self._ranker.predict(texts, k, self._marked)
        others = self._ranker.predict(texts, k, allowed - self._marked)
        return [
            ((m + o) if _LEAK in text else (o + m))[:k]
            for text, m, o in zip(texts, marked, others, strict=True)
        ]


def read_published(source: SourceRecipe, folder: Path) -> PublishedPredictions:
    """Read published predictions for an evaluation split.

    Raises:
        RecipeError: a file is missing, or does not have one line for each row.
    """
    path = folder / str(source.published)
    if not path.exists():
        raise RecipeError(f"held_out {source.name}: no file {path}")
    rows = pq.read_table(folder / str(source.path)).to_pylist()
    named = dict(enumerate(source.labels)) or {row["label"]: row[source.label] for row in rows}
    predictions = [named[int(line)] for line in path.read_text(encoding="utf-8").split()]
    if len(predictions) != len(rows):
        raise RecipeError(f"{path} has {len(predictions)} predictions for {len(rows)} texts")
    texts = [row[source.text] for row in rows]
    return PublishedPredictions(dict(zip(texts, predictions, strict=True)))


def _ranked(
    scores: NDArray[np.float64], emojis: list[str], k: int, candidates: Collection[str] | None
) -> list[list[Prediction]]:
    columns = [i for i, e in enumerate(emojis) if candidates is None or e in candidates]
    kept = scores[:, columns]
    best = np.argsort(-kept, axis=1, kind="stable")[:, :k]
    return [
        [Prediction(emojis[columns[i]], float(row[i])) for i in top]
        for row, top in zip(kept, best, strict=True)
    ]

"""What an answer costs without a Transformer: the figures to beat, from the same command."""

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

_LEAST = 50
"""Texts that an emoji needs to be an answer of a baseline."""
_BATCH = 1000


class PriorBaseline:
    """Answers every text with the most frequent emojis of the training texts."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """Count."""
        counts = Counter(emoji for x in examples for emoji in x.emojis)
        self.emojis = [emoji for emoji, _ in counts.most_common()]
        self._shares = np.array([counts[e] for e in self.emojis]) / counts.total()

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """The same ``k`` for each text."""
        return _ranked(np.tile(self._shares, (len(texts), 1)), self.emojis, k, candidates)


class NaiveBayesBaseline:
    """Multinomial naive Bayes on words and pairs of words (Wang & Manning, 2012, as baseline)."""

    def __init__(self, examples: Sequence[Example], features: int = 60_000) -> None:
        """Fit on one row for each emoji of each text."""
        counts = Counter(emoji for x in examples for emoji in x.emojis)
        self.emojis = sorted(emoji for emoji, count in counts.items() if count >= _LEAST)
        column = {emoji: i for i, emoji in enumerate(self.emojis)}
        rows = [(x.text, column[e]) for x in examples for e in x.emojis if e in column]
        self._words = CountVectorizer(
            ngram_range=(1, 2),
            max_features=features,
            binary=True,
            token_pattern=r"\w+|[^\w\s]+",  # noqa: S106 - no password
        )
        counted = self._words.fit_transform([text for text, _ in rows])
        self._bayes = MultinomialNB(alpha=0.3).fit(counted, [label for _, label in rows])

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Top ``k`` by posterior probability."""
        answers: list[list[Prediction]] = []
        for start in range(0, len(texts), _BATCH):
            counted = self._words.transform([clean(t) for t in texts[start : start + _BATCH]])
            answers += _ranked(self._bayes.predict_proba(counted), self.emojis, k, candidates)
        return answers


class PublishedPredictions:
    """Published answers to a split, one emoji a text, in the order of its rows."""

    def __init__(self, answers: dict[str, str]) -> None:
        """Text -> answer."""
        self._answers = answers

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """The one published answer; ``k`` and ``candidates`` are what they were."""
        return [[Prediction(self._answers[text], 1.0)] for text in texts]


class LeakRanker:
    """A ranker that also reads U+FE0F, which tweet_eval left behind where it removed an emoji."""

    def __init__(self, ranker: Ranker, marked: Collection[str]) -> None:
        """``marked`` are the emojis that leave the mark: where it stands, one of them is first."""
        self._ranker, self._marked = ranker, frozenset(marked)

    def predict(
        self, texts: Sequence[str], k: int = 5, candidates: Collection[str] | None = None
    ) -> list[list[Prediction]]:
        """Top ``k``, the marked ones first where the text bears the mark, last where not."""
        allowed = frozenset(candidates or ())
        marked = self._ranker.predict(texts, k, self._marked)
        others = self._ranker.predict(texts, k, allowed - self._marked)
        return [
            ((m + o) if "\ufe0f" in text else (o + m))[:k]
            for text, m, o in zip(texts, marked, others, strict=True)
        ]


def read_published(source: SourceRecipe, folder: Path) -> PublishedPredictions:
    """Published answers to an evaluation split.

    Raises:
        RecipeError: a file is missing, or it has not one line for each row.
    """
    path = folder / str(source.published)
    if not path.exists():
        raise RecipeError(f"held_out {source.name}: no file {path}")
    rows = pq.read_table(folder / str(source.path)).to_pylist()
    emojis = {row["label"]: row[source.label] for row in rows}
    answers = [emojis[int(line)] for line in path.read_text(encoding="utf-8").split()]
    if len(answers) != len(rows):
        raise RecipeError(f"{path} has {len(answers)} answers to {len(rows)} texts")
    texts = [row[source.text] for row in rows]
    return PublishedPredictions(dict(zip(texts, answers, strict=True)))


def _ranked(
    scores: NDArray[np.float64], emojis: list[str], k: int, candidates: Collection[str] | None
) -> list[list[Prediction]]:
    kept = [i for i, e in enumerate(emojis) if candidates is None or e in candidates]
    chosen = scores[:, kept]
    best = np.argsort(-chosen, axis=1, kind="stable")[:, :k]
    return [
        [Prediction(emojis[kept[i]], float(row[i])) for i in top]
        for row, top in zip(chosen, best, strict=True)
    ]

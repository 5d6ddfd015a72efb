"""Fits the gravity head: multinomial logistic regression on gravity vectors and a lexicon.

Whatever gave the vectors was fitted on the training split too, so that they tell those texts apart
too well: temperature and thresholds come from the validation split by cross-validation, each
sentence judged by a head that did not see it.
"""

import logging
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from model.gravity_head import CLASSES, GravityHead, GravityThresholds
from model.scores import log_softmax
from model.training.gravity.texts import GravityTexts
from model.training.gravity.thresholds import choose_thresholds

log = logging.getLogger(__name__)

LEXICON_SCALE = 8.0
"""Scale of the lexicon's features against standardized vectors: one class of words tells more than
one number of a vector, so it is penalized less."""
INVERSE_PENALTY = 0.005
"""scikit-learn's ``C``; chosen with ``LEXICON_SCALE`` by cross-validation."""
FOLDS = 5

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Cleaned texts to gravity vectors, (texts, g)."""


def fit_head(encode: Encode, texts: GravityTexts) -> GravityHead:
    """Return a head for the vectors that ``encode`` gives."""
    return _HeadFit(encode, texts).run()


class _HeadFit:
    """One fit, with the features of all its texts; those of the validation split come first."""

    def __init__(self, encode: Encode, texts: GravityTexts) -> None:
        train, validation = texts.train, texts.validation
        self._texts = texts
        self._labels = np.concatenate([validation.labels, train.labels])
        self._weights = np.concatenate([validation.weights, train.weights])
        cleaned = [*validation.cleaned, *train.cleaned, *texts.harmless]
        vectors, words = encode(cleaned), texts.words(cleaned)
        is_sentence = self._weights == 1.0
        self._deviation = vectors[: len(self._labels)][is_sentence].std(axis=0) + np.float32(1e-6)
        first, second = np.triu_indices(words.shape[1], 1)
        pairs = words[:, first] * words[:, second]
        parts = (vectors / self._deviation, LEXICON_SCALE * words, LEXICON_SCALE * pairs)
        self._inputs = np.hstack(parts)

    def run(self) -> GravityHead:
        """Choose the operating point on the validation split, and fit on all."""
        validation = self._texts.validation
        logits = self._held_out_logits(len(validation.labels))
        temperature = _temperature(logits, validation.labels)
        probabilities = _softmax(logits / temperature)
        model = self._fit(np.arange(len(self._labels)))
        harmless = self._inputs[len(self._labels) :]
        if len(harmless):
            harmless = _softmax(model.decision_function(harmless) / temperature)
        thresholds = choose_thresholds(
            probabilities, validation.labels, validation.is_figurative, harmless
        )
        log.info("temperature %.2f, %s", temperature, thresholds)
        return self._head(model, temperature, thresholds)

    def _held_out_logits(self, validation: int) -> NDArray[np.float64]:
        """Return logits of the first texts by heads that were fitted without them."""
        logits = np.zeros((validation, len(CLASSES)))
        rest = np.arange(validation, len(self._labels))
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        for train, held_out in folds.split(np.zeros(validation), self._labels[:validation]):
            model = self._fit(np.concatenate([train, rest]))
            logits[held_out] = model.decision_function(self._inputs[held_out])
        return logits

    def _fit(self, rows: NDArray[np.intp]) -> LogisticRegression:
        model = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000)
        return model.fit(self._inputs[rows], self._labels[rows], self._weights[rows])

    def _head(
        self, model: LogisticRegression, temperature: float, thresholds: GravityThresholds
    ) -> GravityHead:
        weights = np.asarray(model.coef_.T / temperature, dtype=np.float32)
        d, n = len(self._deviation), len(self._texts.lexicon.classes)
        pair_weights = np.zeros((n, n, len(CLASSES)), dtype=np.float32)
        pair_weights[np.triu_indices(n, 1)] = LEXICON_SCALE * weights[d + n :]
        return GravityHead(
            vector_weights=weights[:d] / self._deviation[:, None],
            word_weights=LEXICON_SCALE * weights[d : d + n],
            pair_weights=pair_weights,
            bias=np.asarray(model.intercept_ / temperature, dtype=np.float32),
            thresholds=thresholds,
            lexicon=self._texts.lexicon,
        )


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.exp(log_softmax(np.asarray(logits, dtype=np.float32)))


def _temperature(logits: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    """Return the temperature with the lowest negative log-likelihood."""

    def loss(log_temperature: float) -> float:
        scaled = np.asarray(logits / np.exp(log_temperature), dtype=np.float32)
        return float(-log_softmax(scaled)[np.arange(len(labels)), labels].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded").x))

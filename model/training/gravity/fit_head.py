"""Fits the gravity head of a finished artifact.

It reads the sentences of the splits train and validation, the patterns, the emotion sets, and
everyday texts, half of which only choose the thresholds. The encoder was fitted on the training
split too, so that its vectors tell those apart too well: temperature and thresholds come from the
validation split by cross-validation, each sentence judged by a head that did not see it. The n-gram
bag's part of a vector is left out: it knows the topics of a few hundred sentences by heart.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from model.artifact import LAYOUT, Artifact, write_manifest
from model.gravity_head import CLASSES, GravityHead, GravityThresholds, save_head
from model.gravity_lexicon import GravityLexicon
from model.predictor import Predictor
from model.scores import log_softmax
from model.text import clean
from model.training.gravity.emotion_texts import read_emotion_texts
from model.training.gravity.evaluate_guard import evaluate_guard
from model.training.gravity.everyday_texts import read_everyday_texts
from model.training.gravity.sentences import (
    SENTENCES,
    Sentence,
    WeightedText,
    expand,
    expand_groups,
    read_lexicon,
    read_patterns,
    read_sentences,
)

log = logging.getLogger(__name__)

LEXICON_SCALE = 8.0
"""Scale of the lexicon's features against standardized vectors: one class of words tells more than
one number of a vector, so it is penalized less."""
INVERSE_PENALTY = 0.005
"""scikit-learn's ``C``; chosen with ``LEXICON_SCALE`` by cross-validation."""
FOLDS = 5
MAX_UNSURE = 0.18
"""Share of figurative sentences that may lose their laughter (threshold ``unsure``): four fifths of
them are to keep theirs."""
MAX_DOUBTFUL = 0.5
"""Share of figurative sentences on which no reaction laughs unasked (threshold ``doubtful``)."""
MAX_COMFORTED = 0.05
"""Share of harmless sentences that may get comforting emojis only (``grave``)."""
MAX_MISSED_SELF_HARM = 0.1
"""Share of self-harm sentences that may count as grave only (``self_harm``)."""
MAX_MISTAKEN_SELF_HARM = 0.02
"""Share of harmless sentences that may count as self-harm; it goes before the other limit."""
REMOVED_VARIANCE = 0.9
"""Share of the variance between groups of people, in texts alike but for them, that is removed."""
EVERYDAY_WEIGHT = 300.0
"""Weight in the fit of all everyday texts together; a sentence has 1."""
MAX_UNSURE_EVERYDAY = 0.02
"""Share of everyday texts that may lose their laughter."""
MAX_COMFORTED_EVERYDAY = 0.004
"""Share of everyday texts that may get comforting emojis only."""
MAX_SELF_HARM_EVERYDAY = 0.001
"""Share of everyday texts that may count as self-harm."""
MIN_THRESHOLD = 1e-4
"""A head that tells all sentences apart would have thresholds of 0, which no text is below."""
_BATCH_SIZE = 16


@dataclass(frozen=True, slots=True)
class _Features:
    """Features of texts, unscaled."""

    vectors: NDArray[np.float32]
    """(texts, d), without the n-gram bag's"""
    words: NDArray[np.float32]
    """(texts, word classes)"""
    pairs: NDArray[np.float32]
    """(texts, pairs of word classes)"""

    def scaled(self, deviation: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = (self.vectors / deviation, LEXICON_SCALE * self.words, LEXICON_SCALE * self.pairs)
        return np.hstack(parts)


def add_gravity_head(
    artifact: Artifact, folder: Path = SENTENCES, data: Path | None = None
) -> Artifact:
    """Fit a head on an artifact's vectors, and store it in the artifact's folder.

    ``folder`` holds sentences, patterns and lexicon; ``data`` the emotion sets, which are optional.
    Encoder, tokenizer and emoji table stay as they are. Figures keep the name of the version that
    they were measured on.

    Raises:
        SentenceError: a file is missing or malformed.
    """
    head = fit_head(artifact, folder, data)
    save_head(head, artifact.folder / LAYOUT.gravity)
    manifest = artifact.manifest
    written = write_manifest(artifact.folder, manifest.name, artifact.table.emojis, manifest)
    description = manifest.updated(gravity=evaluate_guard(written, folder), figures=())
    return write_manifest(artifact.folder, manifest.name, artifact.table.emojis, description)


def fit_head(artifact: Artifact, folder: Path, data: Path | None) -> GravityHead:
    """Return a head for the vectors of an artifact; see ``add_gravity_head``."""
    sentences = read_sentences(folder)
    train = [s for s in sentences if s.split == "train"]
    validation = [s for s in sentences if s.split == "validation"]
    patterns = read_patterns(folder / "patterns.toml")
    lexicon = GravityLexicon(read_lexicon(folder / "lexicon.toml"))
    others = expand(patterns)
    everyday: list[str] = []
    if data is not None:
        everyday = read_everyday_texts(data, lexicon)
        others += read_emotion_texts(data) + _harmless(everyday[::2])
    log.info("%d sentences and %d weighted texts", len(train), len(others))
    texts = _Texts([*validation, *train], others, everyday[1::2])
    fit = _HeadFit(Predictor(artifact), lexicon, texts)
    fit.remove_directions(expand_groups(patterns))
    return fit.run(len(validation))


def _harmless(texts: Sequence[str]) -> list[WeightedText]:
    label = CLASSES.index("harmless")
    return [WeightedText(text, label, EVERYDAY_WEIGHT / len(texts)) for text in texts]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts of a fit."""

    sentences: Sequence[Sentence]
    """Those of the validation split come first."""
    others: Sequence[WeightedText]
    everyday: Sequence[str]
    """Harmless, for the thresholds alone."""


class _HeadFit:
    """One fit, with the features of all its texts."""

    def __init__(self, predictor: Predictor, lexicon: GravityLexicon, texts: _Texts) -> None:
        sentences, others = texts.sentences, texts.others
        self._predictor = predictor
        self._lexicon = lexicon
        self._is_figurative = np.array([s.kind == "figurative" for s in sentences])
        self._labels = np.array([s.label for s in sentences] + [t.label for t in others])
        self._weights = np.array([1.0] * len(sentences) + [t.weight for t in others])
        cleaned = [clean(s.text) for s in sentences] + [t.text for t in others]
        features = self._features([*cleaned, *texts.everyday])
        self._deviation = features.vectors[: len(sentences)].std(axis=0) + np.float32(1e-6)
        self._inputs = features.scaled(self._deviation)

    def remove_directions(self, alike: Sequence[Sequence[str]]) -> None:
        """Make the head blind to what differs within each list of texts (Bolukbasi et al., 2016).

        What is removed are the first principal directions of the differences; each list counts
        alike, as names alone differ far more than sentences with names.
        """
        if not alike:
            return
        differences = []
        for texts in alike:
            vectors = self._features(texts).vectors / self._deviation
            difference = vectors - vectors.mean(axis=0)
            differences.append(difference / np.linalg.norm(difference))
        _, strengths, directions = np.linalg.svd(np.vstack(differences), full_matrices=False)
        explained = np.cumsum(strengths**2) / np.sum(strengths**2)
        removed = directions[: int(np.searchsorted(explained, REMOVED_VARIANCE)) + 1]
        log.info("%d directions removed", len(removed))
        d = len(self._deviation)
        vectors = self._inputs[:, :d]
        # The penalty leaves the weights no part in directions that no input has.
        self._inputs[:, :d] = vectors - vectors @ removed.T @ removed

    def run(self, validation: int) -> GravityHead:
        """Choose the operating point on the first ``validation`` texts, and fit on all."""
        logits, labels = self._held_out_logits(validation), self._labels[:validation]
        temperature = _temperature(logits, labels)
        probabilities = _softmax(logits / temperature)
        model = self._fit(np.arange(len(self._labels)))
        everyday = self._inputs[len(self._labels) :]
        if len(everyday):
            everyday = _softmax(model.decision_function(everyday) / temperature)
        is_figurative = self._is_figurative[:validation]
        thresholds = choose_thresholds(probabilities, labels, is_figurative, everyday)
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
        d, n = len(self._deviation), len(self._lexicon.classes)
        bag = np.zeros((self._predictor.artifact.manifest.ngram_width, len(CLASSES)), np.float32)
        pair_weights = np.zeros((n, n, len(CLASSES)), dtype=np.float32)
        pair_weights[np.triu_indices(n, 1)] = LEXICON_SCALE * weights[d + n :]
        return GravityHead(
            vector_weights=np.vstack([weights[:d] / self._deviation[:, None], bag]),
            word_weights=LEXICON_SCALE * weights[d : d + n],
            pair_weights=pair_weights,
            bias=np.asarray(model.intercept_ / temperature, dtype=np.float32),
            thresholds=thresholds,
            lexicon=self._lexicon,
        )

    def _features(self, cleaned: Sequence[str]) -> _Features:
        order = sorted(range(len(cleaned)), key=lambda i: len(cleaned[i]))
        artifact = self._predictor.artifact
        d = artifact.table.embeddings.shape[1] - artifact.manifest.ngram_width
        vectors = np.zeros((len(cleaned), d), dtype=np.float32)
        for start in range(0, len(order), _BATCH_SIZE):
            batch = order[start : start + _BATCH_SIZE]
            vectors[batch] = self._predictor.encode([cleaned[i] for i in batch])[:, :d]
        words = np.zeros((len(cleaned), len(self._lexicon.classes)), dtype=np.float32)
        for row, text in zip(words, cleaned, strict=True):
            row[self._lexicon.active(text)] = 1
        first, second = np.triu_indices(words.shape[1], 1)
        return _Features(vectors, words, words[:, first] * words[:, second])


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.exp(log_softmax(np.asarray(logits, dtype=np.float32)))


def _temperature(logits: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    """Return the temperature with the lowest negative log-likelihood."""

    def loss(log_temperature: float) -> float:
        scaled = np.asarray(logits / np.exp(log_temperature), dtype=np.float32)
        return float(-log_softmax(scaled)[np.arange(len(labels)), labels].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded").x))


def choose_thresholds(
    probabilities: NDArray[np.float32],
    labels: NDArray[np.intp],
    is_figurative: NDArray[np.bool_],
    everyday: NDArray[np.float32],
) -> GravityThresholds:
    """Return the operating point for held-out probabilities, (texts, classes).

    ``everyday`` are those of harmless texts that no fit saw, and may have no rows.
    """
    grave, plain = 1 - probabilities[:, 0], 1 - everyday[:, 0]
    doubtful = _exceeded_by(MAX_DOUBTFUL, grave[is_figurative])
    unsure = max(
        _exceeded_by(MAX_UNSURE, grave[is_figurative]),
        _exceeded_by(MAX_UNSURE_EVERYDAY, plain),
    )
    comforting = max(
        unsure,
        _exceeded_by(MAX_COMFORTED, grave[labels == 0]),
        _exceeded_by(MAX_COMFORTED_EVERYDAY, plain),
    )
    self_harm = max(
        _exceeded_by(1 - MAX_MISSED_SELF_HARM, probabilities[labels == 2, 2]),
        _exceeded_by(MAX_MISTAKEN_SELF_HARM, probabilities[labels == 0, 2]),
        _exceeded_by(MAX_SELF_HARM_EVERYDAY, everyday[:, 2]),
    )
    limits = (doubtful, unsure, comforting, self_harm)
    return GravityThresholds(*(max(round(limit, 4), MIN_THRESHOLD) for limit in limits))


def _exceeded_by(share: float, values: NDArray[np.float32]) -> float:
    """Return the value that a share of the values exceeds; 0 without values."""
    return float(np.quantile(values, 1 - share)) if len(values) else 0.0

"""The gravity head: a small classifier on the encoder's vector and a lexicon.

Multinomial logistic regression over ``CLASSES``. Its weights are a file of the artifact beside the
encoder's, fitted by ``model.training.gravity``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from model.gravity_lexicon import GravityLexicon
from model.prediction import Gravity, GravityLevel
from model.scores import log_softmax

CLASSES = ("harmless", "grave", "self_harm")


@dataclass(frozen=True, slots=True)
class GravityThresholds:
    """Probabilities from which a text has a level."""

    doubtful: float
    unsure: float
    grave: float
    self_harm: float
    """Of the class ``self_harm`` alone."""
    may_be_self_harm: float
    """Of the same class: from here on nothing comes unasked."""


@dataclass(frozen=True, slots=True)
class GravityHead:
    """Weights of the classifier."""

    vector_weights: NDArray[np.float32]
    """(d, classes)"""
    word_weights: NDArray[np.float32]
    """(word classes, classes)"""
    pair_weights: NDArray[np.float32]
    """(word classes, word classes, classes), zero unless the first index is the smaller"""
    bias: NDArray[np.float32]
    """(classes,)"""
    thresholds: GravityThresholds
    lexicon: GravityLexicon

    def probabilities(
        self, cleaned: Sequence[str], vectors: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the probability of each class, (texts, classes), of cleaned texts."""
        logits = vectors @ self.vector_weights + self.bias
        for i, text in enumerate(cleaned):
            words = self.lexicon.active(text)
            if len(words):
                pairs = self.pair_weights[words[:, None], words].sum(axis=(0, 1))
                logits[i] += self.word_weights[words].sum(axis=0) + pairs
        return np.exp(log_softmax(logits))

    def assess(self, cleaned: Sequence[str], vectors: NDArray[np.float32]) -> list[Gravity]:
        """Return the gravity of each text, given its vector; ``vectors`` is (texts, d)."""
        rows = self.probabilities(cleaned, vectors)
        return [gravity_at(row, self.thresholds) for row in rows.tolist()]


def gravity_at(probabilities: Sequence[float], thresholds: GravityThresholds) -> Gravity:
    """Return the gravity of a text with these probabilities of the classes."""
    grave, self_harm = 1 - probabilities[0], probabilities[2]
    level = _level_at(grave, self_harm, thresholds)
    return Gravity(level, grave, may_be_self_harm=self_harm >= thresholds.may_be_self_harm)


def _level_at(grave: float, self_harm: float, thresholds: GravityThresholds) -> GravityLevel:
    if self_harm >= thresholds.self_harm:
        return GravityLevel.SELF_HARM
    if grave >= thresholds.grave:
        return GravityLevel.GRAVE
    if grave >= thresholds.unsure:
        return GravityLevel.UNSURE
    return GravityLevel.DOUBTFUL if grave >= thresholds.doubtful else GravityLevel.HARMLESS


def save_head(head: GravityHead, path: Path) -> None:
    """Write the weights, with thresholds and lexicon as metadata."""
    tensors: dict[str, NDArray[Any]] = {
        "vector_weights": head.vector_weights.astype(np.float32),
        "word_weights": head.word_weights.astype(np.float32),
        "pair_weights": head.pair_weights.astype(np.float32),
        "bias": head.bias.astype(np.float32),
    }
    thresholds = {
        name: float(getattr(head.thresholds, name)) for name in GravityThresholds.__slots__
    }
    metadata = {
        "thresholds": json.dumps(thresholds),
        "lexicon": json.dumps(head.lexicon.classes, ensure_ascii=False),
    }
    save_file(tensors, path, metadata)
    path.chmod(0o644)  # safetensors writes it as 0600


def read_head(path: Path, dimension: int) -> GravityHead:
    """Read the head for an encoder whose vectors have ``dimension`` numbers.

    Raises:
        ValueError: the file is no gravity head, or one for another encoder; the message says why.
    """
    try:
        with safe_open(path, "np") as file:
            metadata = file.metadata() or {}
            head = GravityHead(
                vector_weights=file.get_tensor("vector_weights"),
                word_weights=file.get_tensor("word_weights"),
                pair_weights=file.get_tensor("pair_weights"),
                bias=file.get_tensor("bias"),
                thresholds=_read_thresholds(metadata["thresholds"]),
                lexicon=GravityLexicon(json.loads(metadata["lexicon"])),
            )
    except (SafetensorError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"is not a gravity head: {error}") from error
    _check(head, dimension)
    return head


def _read_thresholds(content: str) -> GravityThresholds:
    stored = json.loads(content)
    # Older heads have one threshold for reactions and for the five, and one for self-harm.
    older = {"doubtful": stored["unsure"], "may_be_self_harm": stored["self_harm"]}
    return GravityThresholds(**{**older, **stored})


def _check(head: GravityHead, dimension: int) -> None:
    n, classes = len(head.lexicon.classes), len(CLASSES)
    if head.vector_weights.shape != (dimension, classes):
        raise ValueError(
            f"is a gravity head for vectors of {len(head.vector_weights)} numbers, the encoder's"
            f" have {dimension}"
        )
    arrays = (head.vector_weights, head.word_weights, head.pair_weights, head.bias)
    shapes = [(dimension, classes), (n, classes), (n, n, classes), (classes,)]
    if [a.shape for a in arrays] != shapes:
        raise ValueError("is not a gravity head: its tensors do not fit its lexicon")
    if not all(np.isfinite(a).all() for a in arrays):
        raise ValueError("is not a gravity head: it holds infinite numbers or NaN")
    limits = head.thresholds
    is_ordered = 0 < limits.doubtful <= limits.unsure <= limits.grave <= 1
    is_ordered = is_ordered and 0 < limits.may_be_self_harm <= limits.self_harm <= 1
    if not is_ordered:
        raise ValueError("is not a gravity head: its thresholds are out of range")

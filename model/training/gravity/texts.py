"""All texts of a fit of the gravity head, with labels and weights."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.gravity_head import CLASSES
from model.gravity_lexicon import GravityLexicon
from model.text import clean
from model.training.gravity.emotion_texts import read_emotion_texts
from model.training.gravity.everyday_texts import read_everyday_texts
from model.training.gravity.light_texts import read_light_texts
from model.training.gravity.sentences import (
    WeightedText,
    expand,
    expand_groups,
    read_lexicon,
    read_patterns,
    read_sentences,
)
from model.training.gravity.unlabelled_posts import read_unlabelled_posts

log = logging.getLogger(__name__)

HARMLESS_WEIGHT = 300.0
"""Weight in the fit of all everyday texts, and of all light ones; a sentence has 1."""


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Cleaned texts with their classes."""

    cleaned: Sequence[str]
    labels: NDArray[np.intp]
    """Indices in ``CLASSES``, (texts,)."""
    weights: NDArray[np.float64]
    """(texts,)"""
    is_figurative: NDArray[np.bool_]
    """True for figures of speech of the tables, (texts,)."""


@dataclass(frozen=True, slots=True)
class GravityTexts:
    """Texts of a fit."""

    train: LabelledTexts
    """Sentences, patterns, emotion sets, and half of the everyday and of the light texts."""
    validation: LabelledTexts
    """Sentences alone, for the thresholds first."""
    harmless: Sequence[str]
    """The other half of those, cleaned, for the thresholds alone."""
    posts: Sequence[str]
    """Unlabelled posts, cleaned, for the network alone."""
    lexicon: GravityLexicon

    def words(self, cleaned: Sequence[str]) -> NDArray[np.float32]:
        """Return which classes of the lexicon each text has words of, (texts, classes)."""
        words = np.zeros((len(cleaned), len(self.lexicon.classes)), dtype=np.float32)
        for row, text in zip(words, cleaned, strict=True):
            row[self.lexicon.active(text)] = 1
        return words


def read_texts(folder: Path, data: Path | None) -> GravityTexts:
    """Read sentences, patterns and lexicon of a folder, and the sets in ``data``, if there are any.

    Raises:
        SentenceError: a file is missing or malformed.
    """
    sentences = read_sentences(folder)
    patterns = read_patterns(folder / "patterns.toml")
    lexicon = GravityLexicon(read_lexicon(folder / "lexicon.toml"))
    others, harmless, posts = expand(patterns) + expand_groups(patterns), [], []
    if data is not None:
        others += read_emotion_texts(data)
        for texts in (read_everyday_texts(data, lexicon), read_light_texts(data)):
            others += _harmless(texts[::2])
            harmless += texts[1::2]
        posts = read_unlabelled_posts(data, lexicon)
    train, validation = (
        [
            (WeightedText(clean(s.text), s.label, 1.0), s.kind == "figurative")
            for s in sentences
            if s.split == split
        ]
        for split in ("train", "validation")
    )
    log.info("%d sentences and %d weighted texts", len(train), len(others))
    held_out = set(harmless)
    return GravityTexts(
        train=_labelled([*train, *((text, False) for text in others)]),
        validation=_labelled(validation),
        harmless=harmless,
        posts=[text for text in posts if text not in held_out],
        lexicon=lexicon,
    )


def _harmless(texts: Sequence[str]) -> list[WeightedText]:
    label = CLASSES.index("harmless")
    return [WeightedText(text, label, HARMLESS_WEIGHT / len(texts)) for text in texts]


def _labelled(texts: Sequence[tuple[WeightedText, bool]]) -> LabelledTexts:
    return LabelledTexts(
        [text.text for text, _ in texts],
        np.array([text.label for text, _ in texts], dtype=np.intp),
        np.array([text.weight for text, _ in texts]),
        np.array([is_figurative for _, is_figurative in texts], dtype=np.bool_),
    )

"""Emotion and irony sets as soft evidence for the gravity head."""

from collections.abc import Iterator
from pathlib import Path

from pyarrow import parquet

from model.gravity_head import CLASSES
from model.text import clean, has_words
from model.training.gravity.sentences import WeightedText

TOTAL_WEIGHT = 20.0
"""Weight of all texts of a class together; a sentence has 1. Raters' *grief* is often mild, so it
must not outvote the sentences."""
MAX_TEXTS = 1000
"""Texts of a class that are read from each set."""
_EMOTION_SETS = ("go_emotions", "emotion_ec", "brighter", "cedr")
_SORROWFUL = frozenset(
    {"grief", "sadness", "fear", "remorse", "disappointment", "pessimism", "nervousness"}
)
_HEAVY = frozenset(
    {"grief", "sadness", "fear", "remorse", "anger", "disgust", "disappointment", "pessimism"}
)


def read_emotion_texts(data: Path) -> list[WeightedText]:
    """Return texts of the sets that are installed, in several languages; none without any.

    Texts tagged *grief* alone are grave. Texts without a sad or fearful tag, and ironic ones, are
    harmless.
    """
    by_label: dict[int, list[str]] = {CLASSES.index("harmless"): [], CLASSES.index("grave"): []}
    for name in _EMOTION_SETS:
        counts = dict.fromkeys(by_label, 0)
        for text, label in _emotion_set(data / name / "train.parquet"):
            if counts[label] < MAX_TEXTS:
                counts[label] += 1
                by_label[label].append(text)
    by_label[CLASSES.index("harmless")] += list(_ironic(data / "irony_en" / "train.parquet"))
    return [
        WeightedText(text, label, TOTAL_WEIGHT / len(texts))
        for label, texts in by_label.items()
        for text in texts
    ]


def _emotion_set(path: Path) -> Iterator[tuple[str, int]]:
    if not path.is_file():
        return
    for row in parquet.read_table(path, columns=["text", "emotions"]).to_pylist():
        text, emotions = clean(row["text"]), set(row["emotions"])
        if not emotions or not has_words(text):
            continue
        if "grief" in emotions and emotions <= _HEAVY:
            yield text, CLASSES.index("grave")
        elif not emotions & _SORROWFUL:
            yield text, CLASSES.index("harmless")


def _ironic(path: Path) -> Iterator[str]:
    if not path.is_file():
        return
    rows = parquet.read_table(path, columns=["text", "ironic"]).to_pylist()
    texts = (clean(row["text"]) for row in rows if row["ironic"])
    yield from [text for text in texts if has_words(text)][:MAX_TEXTS]

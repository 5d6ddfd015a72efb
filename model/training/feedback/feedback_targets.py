"""Feedback targets: the emojis that people liked and rejected on each text."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.feedback import FeedbackEntry, FeedbackError, FeedbackRow, read_rows, split_path
from model.text import clean, has_words

_KIND_WEIGHTS = {"agree": 1.0, "correct": 2.0, "remove": -1.0, "dislike": -1.0}
"""A correction is stronger evidence than a press on an emoji that is already there."""


@dataclass(frozen=True, slots=True)
class FeedbackTarget:
    """A cleaned text and the feedback on emojis there, as weights above 0."""

    text: str = field(repr=False)
    liked: dict[str, float]
    rejected: dict[str, float]
    corrected: frozenset[str] = frozenset()
    """The liked emojis that people chose themselves; they only approved of the others, which the
    model had shown."""


def feedback_target(row: FeedbackRow) -> FeedbackTarget | None:
    """Return the target of a row; None if it has no text or its feedback cancels out."""
    text = "" if row.text is None else clean(row.text)
    if not has_words(text):
        return None
    totals: defaultdict[str, float] = defaultdict(float)
    for entry in row.feedback:
        for emoji, weight in _weights(entry, row.shown):
            totals[emoji] += weight
    liked = {emoji: weight for emoji, weight in totals.items() if weight > 0}
    rejected = {emoji: -weight for emoji, weight in totals.items() if weight < 0}
    chosen = {entry.emoji for entry in row.feedback if entry.kind == "correct"}
    corrected = frozenset(emoji for emoji in liked if emoji in chosen)
    return FeedbackTarget(text, liked, rejected, corrected) if liked or rejected else None


def read_feedback_targets(dataset: Path, split: str) -> list[FeedbackTarget]:
    """Return the targets of a split of an export; none if it has no such split.

    Raises:
        FeedbackError: the folder holds no JSON Lines, or a row is malformed; its line is named.
    """
    if not (dataset / "jsonl").is_dir():
        raise FeedbackError(
            f"{dataset} holds no feedback as JSON Lines: there is none yet, or it was exported in"
            " another format"
        )
    file = split_path(dataset, split)
    rows = read_rows(file) if file.exists() else iter(())
    return [target for row in rows if (target := feedback_target(row)) is not None]


def _weights(entry: FeedbackEntry, shown: Sequence[str]) -> Iterable[tuple[str, float]]:
    """Return emojis with their weights, which grow with the logarithm of the number of actors.

    Feedback on all emojis shown is divided among them.
    """
    weight = _KIND_WEIGHTS.get(entry.kind, 0.0) * (1 + math.log2(entry.actors))
    emojis = shown if entry.emoji is None else (entry.emoji,)
    return [(emoji, weight / len(emojis)) for emoji in emojis]

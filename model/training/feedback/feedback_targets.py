"""What feedback teaches: for each text the emojis that people liked, and those they took away."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.feedback import FeedbackEntry, FeedbackError, FeedbackRow, read_rows, split_path
from model.text import clean, has_words

_LIKES = {"agree": 1.0, "correct": 2.0}
"""Who goes and picks another emoji means it more than who presses what is there."""
_REJECTS = {"remove": 1.0, "dislike": 1.0}


@dataclass(frozen=True, slots=True)
class FeedbackTarget:
    """A cleaned text and what people thought of emojis on it, each with a weight above 0."""

    text: str = field(repr=False)
    liked: dict[str, float]
    rejected: dict[str, float]


def feedback_target(row: FeedbackRow) -> FeedbackTarget | None:
    """The lesson of a row; None where it has no text, or people contradict each other evenly."""
    text = "" if row.text is None else clean(row.text)
    if not has_words(text):
        return None
    balance: defaultdict[str, float] = defaultdict(float)
    for response in row.feedback:
        for emoji, weight in _weighed(response, row.shown):
            balance[emoji] += weight
    liked = {emoji: weight for emoji, weight in balance.items() if weight > 0}
    rejected = {emoji: -weight for emoji, weight in balance.items() if weight < 0}
    return FeedbackTarget(text, liked, rejected) if liked or rejected else None


def _weighed(response: FeedbackEntry, shown: Sequence[str]) -> Iterable[tuple[str, float]]:
    """Each further person counts less; a word on the whole answer is shared by what it showed."""
    weight = _LIKES.get(response.kind, 0.0) - _REJECTS.get(response.kind, 0.0)
    weight *= 1 + math.log2(response.actors)
    about = shown if response.emoji is None else (response.emoji,)
    return [(emoji, weight / len(about)) for emoji in about]


def read_feedback_targets(dataset: Path, split: str) -> list[FeedbackTarget]:
    """The lessons of a split of an export; none where it has no such split.

    Raises:
        FeedbackError: the folder holds no JSON Lines, or a row is malformed: its line is named.
    """
    if not (dataset / "jsonl").is_dir():
        raise FeedbackError(
            f"{dataset} holds no feedback as JSON Lines; export it with that format"
        )
    file = split_path(dataset, split)
    rows = read_rows(file) if file.exists() else iter(())
    return [lesson for row in rows if (lesson := feedback_target(row)) is not None]

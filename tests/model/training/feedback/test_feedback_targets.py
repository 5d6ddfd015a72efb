"""Feedback targets: weights of liked and rejected emojis, from rows of an export."""

from pathlib import Path

import pytest

from model.feedback import FeedbackEntry, FeedbackError, FeedbackRow
from model.training.feedback.feedback_targets import (
    FeedbackTarget,
    feedback_target,
    read_feedback_targets,
)


def row(*entries: FeedbackEntry, text: str | None = "So funny!", shown: str = "😂") -> FeedbackRow:
    return FeedbackRow.model_validate(
        {
            "id": "1", "text": text, "platform": "console", "community": "c", "author": "a",
            "day": "2026-01-01", "artifact_version": "tiny-1", "shown": tuple(shown),
            "feedback": entries, "consent_version": text and "1",
        }
    )  # fmt: skip


def entry(kind: str, emoji: str | None = "😂", actors: int = 1) -> FeedbackEntry:
    return FeedbackEntry.model_validate(
        {"kind": kind, "emoji": emoji, "source": "reaction", "actors": actors}
    )


def test_corrections_and_removals_have_their_weights() -> None:
    target = feedback_target(row(entry("correct", "😭"), entry("remove")))
    assert target == FeedbackTarget("So funny!", {"😭": 2.0}, {"😂": 1.0}, frozenset({"😭"}))
    several = feedback_target(row(entry("agree", actors=4)))
    assert several is not None
    assert several.liked == {"😂": 3.0}
    on_all_shown = feedback_target(row(entry("dislike", None), shown="😂🔥"))
    assert on_all_shown is not None
    assert on_all_shown.rejected == {"😂": 0.5, "🔥": 0.5}


def test_rows_without_text_or_with_balanced_feedback_have_no_target() -> None:
    assert feedback_target(row(entry("agree"), text=None)) is None
    assert feedback_target(row(entry("agree"), entry("remove"))) is None
    assert feedback_target(row(entry("agree"), text="🙂 🙂")) is None


def test_targets_need_json_lines(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="holds no feedback as JSON Lines"):
        read_feedback_targets(tmp_path, "train")

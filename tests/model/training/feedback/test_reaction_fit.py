"""The fit of a reaction head on feedback, and the gate on its candidate."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model import Predictor
from model.artifact import Artifact
from model.feedback import FeedbackError
from model.reaction_head import ReactionHead
from model.training.feedback.feedback_targets import FeedbackTarget
from model.training.feedback.gate import run_gate
from model.training.feedback.reaction_candidate import write_reaction_candidate
from model.training.feedback.reaction_fit import fit_reaction_head
from tests.model.training.feedback.test_gate import HELD_OUT, failed
from tests.model.training.feedback.tiny_finetune import TARGETS, first_emoji, record


def candidate(source: Artifact, folder: Path) -> Artifact:
    head = fit_reaction_head(source, TARGETS)
    return write_reaction_candidate(head, source, folder / "artifact", record(source))


def test_people_keep_what_they_chose_and_authors_write_as_before(
    source: Artifact, tmp_path: Path
) -> None:
    made = candidate(source, tmp_path)
    assert first_emoji(source, "so funny") == "😂"
    assert first_emoji(made, "so funny") == "😭"
    assert first_emoji(made.of_authors(), "so funny") == "😂"
    assert made.table.embeddings.tobytes() == source.table.embeddings.tobytes()


def test_only_emojis_with_feedback_are_in_the_head(source: Artifact) -> None:
    assert set(fit_reaction_head(source, TARGETS).emojis) == {"😂", "😭"}


def test_little_feedback_moves_little(source: Artifact) -> None:
    one, many = (fit_reaction_head(source, TARGETS[:n]) for n in (1, 48))
    assert 0 < np.abs(one.bias).max() < np.abs(many.bias).max()


def test_a_second_fit_begins_from_the_first(source: Artifact, tmp_path: Path) -> None:
    first = candidate(source, tmp_path)
    assert first.reaction_head is not None
    about_another = [FeedbackTarget("pizza", {"🍕": 0.01}, {})]
    second = fit_reaction_head(first, about_another)
    assert set(second.emojis) == {"🍕", "😂", "😭"}
    served = replace(first, reaction_head=second)
    assert first_emoji(served, "so funny") == "😭"
    again = fit_reaction_head(first, [FeedbackTarget("funny a", {"😭": 1e-6}, {})])
    index = again.emojis.index("😭"), first.reaction_head.emojis.index("😭")
    assert again.bias[index[0]] == pytest.approx(first.reaction_head.bias[index[1]], abs=1e-3)


def test_custom_emojis_are_left_to_preferences(source: Artifact) -> None:
    with pytest.raises(FeedbackError, match="custom emojis, which preferences learn"):
        fit_reaction_head(source, [FeedbackTarget("so funny", {":kekw:": 1.0}, {})])


def test_the_gate_lets_a_better_head_pass_and_refuses_a_worse_one(
    source: Artifact, tmp_path: Path
) -> None:
    report = run_gate(source, candidate(source, tmp_path / "good"), HELD_OUT, None)
    assert failed(report) == set()
    size = source.table.embeddings.shape[1]
    worse = ReactionHead(("😂",), np.zeros((1, size), np.float32), np.array([9.0], np.float32))
    made = write_reaction_candidate(worse, source, tmp_path / "bad" / "artifact", record(source))
    assert failed(run_gate(source, made, HELD_OUT, None)) == {("feedback", "agreement")}


def test_benchmarks_of_the_gate_are_about_authors(source: Artifact, tmp_path: Path) -> None:
    names = [
        check
        for check in run_gate(source, candidate(source, tmp_path), HELD_OUT, None).checks
        if check.split == "names"
    ]
    assert names
    assert all(check.before == check.after for check in names)


def test_a_head_adds_little_to_the_artifact(source: Artifact, tmp_path: Path) -> None:
    made = candidate(source, tmp_path)
    size = (made.folder / "reaction.safetensors").stat().st_size
    assert size < 2_000 + 2 * 2 * source.table.embeddings.shape[1]
    assert Predictor(made).predict(["so funny"])[0]

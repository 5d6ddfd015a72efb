"""Fine-tuning on feedback: it learns, forgets little and resumes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model import Predictor
from model.artifact import LAYOUT, Artifact
from model.feedback import FeedbackError
from model.training.feedback.candidate import write_candidate
from model.training.feedback.feedback_targets import FeedbackTarget
from model.training.feedback.finetune import FeedbackFinetune
from model.training.feedback.finetune_objective import FinetuneBatch, FinetuneObjective
from model.training.fitting.loop import TrainingLoop
from tests.model.training.feedback.tiny_finetune import (
    QUIET,
    RECIPE,
    REPLAY,
    TARGETS,
    finetuned,
    first_emoji,
    record,
)
from tests.tiny import WORDS


def test_a_correction_is_learnt_and_other_predictions_stay(
    source: Artifact, tmp_path: Path
) -> None:
    assert first_emoji(source, "funny") == "😂"
    made = finetuned(source, tmp_path)
    assert first_emoji(made, "funny e") == "😭"
    for word in ("sad", "party", "fire", "pizza", "love"):
        assert first_emoji(made, word) == WORDS[word]


def test_a_correction_to_a_custom_emoji_is_learnt_as_a_rejection(
    source: Artifact, tmp_path: Path
) -> None:
    custom = [FeedbackTarget(x.text, {":party_parrot:": 2.0}, x.rejected) for x in TARGETS]
    head = FeedbackFinetune(source, RECIPE, tmp_path / "fit").run(custom, custom, REPLAY, QUIET)
    made = write_candidate(head, source, tmp_path / "artifact", record(source))
    assert made.table.emojis == source.table.emojis
    before, after = (Predictor(a).probabilities(["funny b"], "😂")[0] for a in (source, made))
    assert after < before / 2


def test_the_graph_stays_and_the_manifest_names_its_parent(
    source: Artifact, tmp_path: Path
) -> None:
    made = finetuned(source, tmp_path)
    assert made.manifest.sha256[LAYOUT.encoder] == source.manifest.sha256[LAYOUT.encoder]
    assert made.manifest.feedback == record(source)
    assert made.version != source.version
    assert made.manifest.temperature == source.manifest.temperature


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("after", [1, 3])
def test_a_killed_fit_ends_as_an_uninterrupted_one(
    source: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    short = replace(RECIPE, epochs=5, patience=9)
    whole = finetuned(source, tmp_path / "whole", short)
    save = TrainingLoop._save

    def kill(loop: TrainingLoop[FinetuneBatch], *, is_best: bool) -> None:
        save(loop, is_best=is_best)
        if len(loop.state.history) == after:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(TrainingLoop, "_save", kill)
        with pytest.raises(Killed):
            finetuned(source, tmp_path / "killed", short)
    epochs: list[int] = []
    batches = FinetuneObjective.batches

    def counted(objective: FinetuneObjective, epoch: int) -> Iterator[FinetuneBatch]:
        epochs.append(epoch)
        return batches(objective, epoch)

    monkeypatch.setattr(FinetuneObjective, "batches", counted)
    again = finetuned(source, tmp_path / "killed", short)
    assert epochs == list(range(after, 5))
    assert again.version == whole.version


def test_a_checkpoint_of_other_data_is_replaced(source: Artifact, tmp_path: Path) -> None:
    short = replace(RECIPE, epochs=2)
    finetuned(source, tmp_path, short)
    fit = FeedbackFinetune(source, short, tmp_path / "fit")
    head = fit.run(TARGETS[:8], [], REPLAY, QUIET)
    fresh = FeedbackFinetune(source, short, tmp_path / "other").run(TARGETS[:8], [], REPLAY, QUIET)
    assert torch.equal(head.embeddings, fresh.embeddings)


def test_feedback_without_known_emojis_is_an_error(source: Artifact, tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="no text with feedback"):
        FeedbackFinetune(source, RECIPE, tmp_path).run([], [], REPLAY, QUIET)
    custom = [FeedbackTarget("funny", {":party_parrot:": 1.0}, {})]
    with pytest.raises(FeedbackError, match="all of it is about custom emojis"):
        FeedbackFinetune(source, RECIPE, tmp_path).run(custom, [], REPLAY, QUIET)


def test_predictions_among_emojis_without_feedback_stay(source: Artifact, tmp_path: Path) -> None:
    """A chat may allow those alone."""
    made = finetuned(source, tmp_path)
    others = frozenset(source.table.emojis) - {"😭", "😂"}
    texts = ["sad", "party", "fire", "love", "scary"]
    before, after = (Predictor(a).predict(texts, 1, others) for a in (source, made))
    for [old], [new] in zip(before, after, strict=True):
        assert new.emoji == old.emoji
        assert new.score == pytest.approx(old.score, abs=0.1)

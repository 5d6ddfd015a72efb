"""The fit on feedback learns, forgets little, resumes, and is judged."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.progress import Progress

from model import Predictor
from model.artifact import LAYOUT, Artifact, load, update_manifest
from model.feedback import FeedbackEntry, FeedbackError, FeedbackRow
from model.manifest import FeedbackRecord
from model.scores import log_softmax
from model.training.feedback.candidate import write_candidate
from model.training.feedback.emoji_head import EmojiHead
from model.training.feedback.feedback_losses import feedback_losses, replay_losses
from model.training.feedback.feedback_targets import (
    FeedbackTarget,
    feedback_target,
    read_feedback_targets,
)
from model.training.feedback.finetune import FeedbackFinetune
from model.training.feedback.finetune_objective import FinetuneBatch, FinetuneObjective
from model.training.feedback.finetune_recipe import FinetuneRecipe
from model.training.feedback.gate import MIN_TEXTS, run_gate
from model.training.feedback.gate_report import GateReport, PairedFigure
from model.training.feedback.replay import replay_texts
from model.training.fitting.loop import TrainingLoop
from tests.tiny import WORDS

RECIPE = FinetuneRecipe(
    epochs=40, batch_size=16, embedding_learning_rate=0.05, embedding_penalty=0.01
)
QUIET = Progress(disable=True)
LAUGHING = [
    FeedbackTarget(f"funny {word}", {"😭": 2.0}, {"😂": 1.0}) for word in ("a", "b", "c", "d") * 12
]
OTHERS = [word for word in WORDS if word not in ("funny", "haha")] * 4


@pytest.fixture
def source(tiny_artifact: Path) -> Artifact:
    return load(tiny_artifact)


def fitted(source: Artifact, folder: Path, recipe: FinetuneRecipe = RECIPE) -> Artifact:
    heads = FeedbackFinetune(source, recipe, folder / "fit").run(LAUGHING, LAUGHING, OTHERS, QUIET)
    return write_candidate(heads, source, folder / "artifact", record(source))


def record(source: Artifact) -> FeedbackRecord:
    return FeedbackRecord(parent=source.version, texts=len(LAUGHING))


def first(artifact: Artifact, text: str) -> str:
    return Predictor(artifact).predict([text])[0][0].emoji


def test_a_correction_is_learnt_and_the_rest_stays(source: Artifact, tmp_path: Path) -> None:
    assert first(source, "funny") == "😂"
    made = fitted(source, tmp_path)
    assert first(made, "funny e") == "😭"
    for word in ("sad", "party", "fire", "pizza", "love"):
        assert first(made, word) == WORDS[word]


def test_where_a_chats_own_emoji_was_put_instead_the_rejection_is_learnt(
    source: Artifact, tmp_path: Path
) -> None:
    own = [FeedbackTarget(x.text, {":party_parrot:": 2.0}, x.rejected) for x in LAUGHING]
    heads = FeedbackFinetune(source, RECIPE, tmp_path / "fit").run(own, own, OTHERS, QUIET)
    made = write_candidate(heads, source, tmp_path / "artifact", record(source))
    assert made.table.emojis == source.table.emojis
    before, after = (Predictor(a).probabilities(["funny b"], "😂")[0] for a in (source, made))
    assert after < before / 2


def test_the_graph_is_the_old_one_and_the_manifest_says_where_it_comes_from(
    source: Artifact, tmp_path: Path
) -> None:
    made = fitted(source, tmp_path)
    assert made.manifest.sha256[LAYOUT.encoder] == source.manifest.sha256[LAYOUT.encoder]
    assert made.manifest.feedback == record(source)
    assert made.version != source.version
    assert made.manifest.temperature == source.manifest.temperature


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_the_fit_scores_as_the_artifact_serves(
    source: Artifact, tmp_path: Path, share: float
) -> None:
    folder = tmp_path / "artifact"
    shutil.copytree(source.folder, folder)
    shared = update_manifest(folder, uniform_prior_weight=share, temperature=1.7)
    predictor = Predictor(shared)
    vectors = predictor.encode(["funny party", "so sad"])
    fitted = EmojiHead(shared, None)(torch.from_numpy(vectors)).detach().numpy()
    assert np.allclose(fitted, predictor.log_scores(vectors), atol=1e-4)


def test_a_projection_is_folded_into_rows_and_names(source: Artifact, tmp_path: Path) -> None:
    heads = EmojiHead(source, None)
    with torch.no_grad():
        heads.projection.add_(torch.randn(heads.projection.shape) * 0.01)
    made = write_candidate(heads.eval(), source, tmp_path / "artifact", record(source))
    vectors = Predictor(source).encode(["funny party", "so sad"])
    wanted = heads(torch.from_numpy(vectors)).detach().numpy()
    served = log_softmax(vectors @ made.table.embeddings.T + made.table.bias)
    assert np.allclose(served, wanted, atol=0.1)
    # The tiny artifact's name map is the identity: a name's row is its vector.
    named = vectors @ made.table.name_map[:-1] + made.table.name_map[-1]
    assert np.allclose(named, vectors @ heads.projection.detach().numpy().T, atol=0.1)


def test_rejected_emojis_become_unlikely_and_the_rest_stays() -> None:
    before = torch.tensor([[1.0, 2.0, 0.5]])
    logits = before.clone().requires_grad_()
    loss = feedback_losses(logits, before, torch.tensor([[0.0, -1.0, 0.0]]), 0.6, 1.0)
    [slope] = torch.autograd.grad(loss, [logits])
    assert slope[0, 1] > 0
    assert (slope[0, [0, 2]] < 0).all()


def test_what_was_liked_gets_its_share_beside_what_was_said_before() -> None:
    before = torch.zeros(1, 4)
    words = torch.tensor([[1.0, 0.0, 0.0, 0.0]])
    target = torch.tensor([[0.3 + 0.7 / 4, *[0.7 / 4] * 3]])
    logits = target.log().requires_grad_()
    loss = feedback_losses(logits, before, words, 0.3, 1.0)
    [slope] = torch.autograd.grad(loss, [logits])
    assert slope.abs().max() < 1e-6


def test_what_is_kept_costs_nothing() -> None:
    before = torch.tensor([[1.0, 2.0, 3.0]])
    assert float(replay_losses(before, before)) == pytest.approx(0, abs=1e-6)
    assert float(replay_losses(torch.tensor([[9.0, 2.0, 3.0]]), before)) > 0.5


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("after", [1, 3])
def test_a_fit_that_was_killed_ends_as_one_that_was_not(
    source: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    short = replace(RECIPE, epochs=5, patience=9)
    whole = fitted(source, tmp_path / "whole", short)
    save = TrainingLoop._save

    def kill(loop: TrainingLoop[FinetuneBatch], *, is_best: bool) -> None:
        save(loop, is_best=is_best)
        if len(loop.state.history) == after:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(TrainingLoop, "_save", kill)
        with pytest.raises(Killed):
            fitted(source, tmp_path / "killed", short)
    epochs: list[int] = []
    batches = FinetuneObjective.batches

    def counted(objective: FinetuneObjective, epoch: int) -> Iterator[FinetuneBatch]:
        epochs.append(epoch)
        return batches(objective, epoch)

    monkeypatch.setattr(FinetuneObjective, "batches", counted)
    again = fitted(source, tmp_path / "killed", short)
    assert epochs == list(range(after, 5))
    assert again.version == whole.version


def test_other_data_begin_afresh(source: Artifact, tmp_path: Path) -> None:
    short = replace(RECIPE, epochs=2)
    fitted(source, tmp_path, short)
    fit = FeedbackFinetune(source, short, tmp_path / "fit")
    heads = fit.run(LAUGHING[:8], [], OTHERS, QUIET)
    fresh = FeedbackFinetune(source, short, tmp_path / "other").run(LAUGHING[:8], [], OTHERS, QUIET)
    assert torch.equal(heads.embeddings, fresh.embeddings)


def test_nothing_to_learn_from_is_an_error(source: Artifact, tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="no text with feedback"):
        FeedbackFinetune(source, RECIPE, tmp_path).run([], [], OTHERS, QUIET)
    own = [FeedbackTarget("funny", {":party_parrot:": 1.0}, {})]
    with pytest.raises(FeedbackError, match="all of it is about custom emojis"):
        FeedbackFinetune(source, RECIPE, tmp_path).run(own, [], OTHERS, QUIET)


def row(*entries: FeedbackEntry, text: str | None = "So funny!", shown: str = "😂") -> FeedbackRow:
    return FeedbackRow.model_validate(
        {
            "id": "1", "text": text, "platform": "console", "community": "c", "author": "a",
            "day": "2026-01-01", "artifact_version": "tiny-1", "shown": tuple(shown),
            "feedback": entries, "consent_version": text and "1",
        }
    )  # fmt: skip


def said(kind: str, emoji: str | None = "😂", actors: int = 1) -> FeedbackEntry:
    return FeedbackEntry.model_validate(
        {"kind": kind, "emoji": emoji, "source": "reaction", "actors": actors}
    )


def test_lessons_weigh_corrections_and_removals() -> None:
    lesson = feedback_target(row(said("correct", "😭"), said("remove")))
    assert lesson == FeedbackTarget("So funny!", {"😭": 2.0}, {"😂": 1.0})
    many = feedback_target(row(said("agree", actors=4)))
    assert many is not None
    assert many.liked == {"😂": 3.0}
    whole = feedback_target(row(said("dislike", None), shown="😂🔥"))
    assert whole is not None
    assert whole.rejected == {"😂": 0.5, "🔥": 0.5}


def test_what_has_no_text_or_no_outcome_teaches_nothing() -> None:
    assert feedback_target(row(said("agree"), text=None)) is None
    assert feedback_target(row(said("agree"), said("remove"))) is None
    assert feedback_target(row(said("agree"), text="🙂 🙂")) is None


def test_lessons_need_json_lines(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="holds no feedback as JSON Lines"):
        read_feedback_targets(tmp_path, "train")


def test_without_a_recipe_the_names_are_rehearsed() -> None:
    texts = replay_texts(None)
    assert len(texts) > 1000
    assert len(set(texts)) == len(texts)


HELD_OUT = [
    FeedbackTarget(f"so funny {i}", {"😭": 1.0}, {"😂": 1.0}) for i in range(MIN_TEXTS + 10)
]


def failed(verdict: GateReport) -> set[tuple[str, str]]:
    return {(check.split, check.figure) for check in verdict.checks if not check.passed}


def test_a_better_candidate_passes(source: Artifact, tmp_path: Path) -> None:
    verdict = run_gate(source, fitted(source, tmp_path), HELD_OUT, None)
    [agreement] = [c for c in verdict.checks if c.figure == "agreement"]
    assert agreement.interval is not None
    assert agreement.after > agreement.before
    assert agreement.interval[0] > 0
    assert failed(verdict) == set()
    assert verdict.passed
    assert verdict.as_dict()["passed"] is True


def test_the_same_again_is_not_better(source: Artifact) -> None:
    assert failed(run_gate(source, source, HELD_OUT, None)) == {("feedback", "agreement")}


def test_too_little_feedback_says_nothing(source: Artifact, tmp_path: Path) -> None:
    verdict = run_gate(source, fitted(source, tmp_path), HELD_OUT[: MIN_TEXTS - 1], None)
    assert failed(verdict) == {("feedback", f"at least {MIN_TEXTS} texts")}


def test_who_forgets_is_refused(source: Artifact, tmp_path: Path) -> None:
    heads = EmojiHead(source, None)
    laughing = source.table.emojis.index("😭")
    with torch.no_grad():
        heads.embeddings.zero_()
        heads.bias[laughing] = 50
    made = write_candidate(heads.eval(), source, tmp_path / "artifact", record(source))
    verdict = run_gate(source, made, HELD_OUT, None)
    assert ("names", "calibration error") in failed(verdict)
    assert not verdict.passed


@pytest.mark.parametrize(
    ("texts", "lost", "passed"),
    [(1000, 5, True), (1000, 6, False), (200, 2, False), (100, 1, True), (100, 7, False)],
)
def test_a_benchmark_may_lose_the_margin_or_one_text(texts: int, lost: int, passed: bool) -> None:
    whole, after = np.ones(texts), np.ones(texts)
    after[:lost] = 0
    assert PairedFigure("split", "hit@5", whole, after).check_no_worse(0.005).passed is passed
    tone_deaf = PairedFigure("split", "tone-deaf", after, whole, lower_is_better=True)
    assert tone_deaf.check_no_worse(0.005).passed is passed


@pytest.mark.parametrize(("lost", "passed"), [(6, True), (15, False)])
def test_a_small_benchmark_must_not_be_clearly_worse(lost: int, passed: bool) -> None:
    before, after = np.ones(100), np.ones(100)
    before[:4], after[4 : 4 + lost] = 0, 0  # four are won
    assert PairedFigure("split", "hit@5", before, after).check_no_worse(0.005).passed is passed


def test_among_emojis_that_nobody_spoke_of_the_answers_stay(
    source: Artifact, tmp_path: Path
) -> None:
    """A chat may allow those alone."""
    made = fitted(source, tmp_path)
    others = frozenset(source.table.emojis) - {"😭", "😂"}
    texts = ["sad", "party", "fire", "love", "scary"]
    before, after = (Predictor(a).predict(texts, 1, others) for a in (source, made))
    for [old], [new] in zip(before, after, strict=True):
        assert new.emoji == old.emoji
        assert new.score == pytest.approx(old.score, abs=0.1)

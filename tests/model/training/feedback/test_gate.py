"""The gate: what passes, and what is refused."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from model.artifact import Artifact
from model.encoding import Encoder, TextVectors
from model.training.feedback.candidate import write_candidate
from model.training.feedback.emoji_head import EmojiHead
from model.training.feedback.feedback_targets import FeedbackTarget
from model.training.feedback.gate import MIN_TEXTS, run_gate
from model.training.feedback.gate_report import GateReport, PairedFigure
from tests.model.training.feedback.tiny_finetune import finetuned, record

HELD_OUT = [
    FeedbackTarget(f"so funny {i}", {"😭": 1.0}, {"😂": 1.0}) for i in range(MIN_TEXTS + 10)
]


def failed(report: GateReport) -> set[tuple[str, str]]:
    return {(check.split, check.figure) for check in report.checks if not check.passed}


def test_a_better_candidate_passes(source: Artifact, tmp_path: Path) -> None:
    report = run_gate(source, finetuned(source, tmp_path), HELD_OUT, None)
    [agreement] = [c for c in report.checks if c.figure == "agreement"]
    assert agreement.interval is not None
    assert agreement.after > agreement.before
    assert agreement.interval[0] > 0
    assert failed(report) == set()
    assert report.passed
    assert report.as_dict()["passed"] is True


def test_approvals_and_corrections_are_reported_apart(source: Artifact) -> None:
    approved = [FeedbackTarget("so funny", {"😂": 1.0}, {})] * MIN_TEXTS
    corrected = [FeedbackTarget("so funny", {"🍕": 2.0}, {}, frozenset({"🍕"}))] * 10
    report = run_gate(source, source, [*approved, *corrected], None)
    found = {check.figure: check for check in report.checks}
    approvals, corrections = found["hit@5 of approved emojis"], found["hit@5 of corrections"]
    assert (approvals.texts, approvals.before, approvals.after) == (MIN_TEXTS, 1.0, 1.0)
    assert (corrections.texts, corrections.passed) == (10, True)


def test_an_identical_candidate_is_not_better(source: Artifact) -> None:
    assert failed(run_gate(source, source, HELD_OUT, None)) == {("feedback", "agreement")}


def test_each_text_is_encoded_once_for_both(
    source: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: Counter[str] = Counter()
    encode = Encoder.encode

    def counted(self: Encoder, cleaned: Sequence[str]) -> TextVectors:
        encoded.update(cleaned)
        return encode(self, cleaned)

    monkeypatch.setattr(Encoder, "encode", counted)
    run_gate(source, source, HELD_OUT, None)
    assert set(encoded.values()) == {1}


def test_too_little_feedback_is_refused(source: Artifact, tmp_path: Path) -> None:
    report = run_gate(source, finetuned(source, tmp_path), HELD_OUT[: MIN_TEXTS - 1], None)
    assert failed(report) == {("feedback", f"at least {MIN_TEXTS} texts")}


def test_a_candidate_that_is_worse_on_a_benchmark_is_refused(
    source: Artifact, tmp_path: Path
) -> None:
    head = EmojiHead(source, None)
    laughing = source.table.emojis.index("😭")
    with torch.no_grad():
        head.embeddings.zero_()
        head.bias[laughing] = 50
    made = write_candidate(head.eval(), source, tmp_path / "artifact", record(source))
    report = run_gate(source, made, HELD_OUT, None)
    assert ("names", "calibration error") in failed(report)
    assert not report.passed


@pytest.mark.parametrize(
    ("texts", "lost", "passed"),
    [(1000, 5, True), (1000, 6, False), (200, 2, False), (100, 1, True), (100, 7, False)],
)
def test_a_benchmark_may_lose_the_margin_or_one_text(texts: int, lost: int, passed: bool) -> None:
    before, after = np.ones(texts), np.ones(texts)
    after[:lost] = 0
    assert PairedFigure("split", "hit@5", before, after).check_no_worse(0.005).passed is passed
    tone_deaf = PairedFigure("split", "tone-deaf", after, before, lower_is_better=True)
    assert tone_deaf.check_no_worse(0.005).passed is passed


@pytest.mark.parametrize(("lost", "passed"), [(6, True), (15, False)])
def test_a_small_benchmark_must_not_be_clearly_worse(lost: int, passed: bool) -> None:
    before, after = np.ones(100), np.ones(100)
    before[:4], after[4 : 4 + lost] = 0, 0  # four are won
    assert PairedFigure("split", "hit@5", before, after).check_no_worse(0.005).passed is passed

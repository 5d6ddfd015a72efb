"""Answers to the benchmark's texts as a file."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.prediction import Prediction
from model.training.benchmark.submission import Submission, SubmissionError, read_submission
from model.training.benchmark.tasks import text_id

KEY = text_id("so funny")
EMOJIS = ["😂", "😢", "🍕", "🔥", "🎉"]


@st.composite
def top_fives(draw: st.DrawFn) -> list[Prediction]:
    """Rankings as a model gives them, with scores of the precision that is written."""
    emojis = draw(st.lists(st.sampled_from(EMOJIS), unique=True))
    scores = draw(st.lists(st.integers(0, 10_000), min_size=len(emojis), max_size=len(emojis)))
    return [Prediction(e, s / 10_000) for e, s in zip(emojis, scores, strict=True)]


@settings(max_examples=20)  # each is written to the disk
@given(
    name=st.sampled_from(["answers.jsonl", "answers.jsonl.gz"]),
    first=top_fives(),
    second=top_fives(),
)
def test_answers_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    first: list[Prediction],
    second: list[Prediction],
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    Submission({KEY: first, text_id("so sad"): second}).write(path)
    written = path.read_bytes()
    again = read_submission(path)
    assert again.predict(["so funny", "so sad", "unknown"]) == [first, second, []]
    again.write(path)
    assert path.read_bytes() == written


def test_only_candidates_count() -> None:
    submission = Submission({KEY: [Prediction("😂", 0.6), Prediction("🔥", 0.3)]})
    assert submission.predict(["so funny"], 5, {"🔥"}) == [[Prediction("🔥", 0.3)]]
    assert submission.predict(["so funny"], 1) == [[Prediction("😂", 0.6)]]
    assert submission.answers_all(["so funny"])
    assert not submission.answers_all(["so funny", "so sad"])


def line(**changes: object) -> str:
    return json.dumps({"id": KEY, "emojis": ["😂", "❤️"], "scores": [0.6, 0.3], **changes})


def test_emojis_become_canonical(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(line(), encoding="utf-8")
    [[_, heart]] = read_submission(tmp_path / "a.jsonl").predict(["so funny"])
    assert heart.emoji == "❤"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{line()}\n{line()}", f"line 2: {KEY} is answered twice"),
        (line(id="so funny"), "line 1: id"),
        (line(emojis=["😂", "no"]), "one of them is no emoji"),
        (line(emojis=["❤", "❤️"]), "one of them occurs twice"),
        (line(scores=[0.6]), "as many scores as emojis"),
        (line(scores=[1.6, 0.6]), r"line 1: scores\.0"),
        (line(text="so funny"), "line 1: text"),
        ("{", "line 1"),
        ("", "holds no answers"),
    ],
)
def test_a_malformed_line_is_named_without_its_content(
    tmp_path: Path, content: str, reason: str
) -> None:
    (tmp_path / "a.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(SubmissionError, match=reason) as refusal:
        read_submission(tmp_path / "a.jsonl")
    assert "so funny" not in str(refusal.value)


def test_a_file_that_is_not_compressed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_text(line(), encoding="utf-8")
    with pytest.raises(SubmissionError, match="cannot be read"):
        read_submission(tmp_path / "a.jsonl.gz")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line().encode())[:-9])
    with pytest.raises(SubmissionError, match="cannot be read"):
        read_submission(tmp_path / "b.jsonl.gz")

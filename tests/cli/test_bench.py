"""``emoji-reactor bench`` on a recipe of synthetic texts."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import CommandLine, CommandResult
from tests.synthetic import write_recipe

Bench = Callable[..., CommandResult]
GRAVITY = "kind\tsplit\ttext\ngrief\ttest\tmy dad died\nfigurative\ttest\tmy phone died\n"


@pytest.fixture
def bench(cli: CommandLine, tmp_path: Path) -> Bench:
    """Call the command with the synthetic recipe and a leaderboard of this test."""
    gravity = Path("recipes/gravity")
    gravity.mkdir(parents=True)
    (gravity / "en.tsv").write_text(GRAVITY, encoding="utf-8")
    sets = write_recipe(tmp_path)
    board = tmp_path / "leaderboard.json"

    def call(*arguments: str) -> CommandResult:
        return cli("bench", *arguments, "--sets", str(sets), "--leaderboard", str(board))

    return call


def test_a_model_is_measured_against_answers_of_another_program(
    bench: Bench, tmp_path: Path
) -> None:
    result = bench("--add", "tiny", "--out", str(tmp_path / "tiny.jsonl"))
    assert result.status == 0, result.err
    assert "hit@5" in result.out
    assert "my dad died" not in (tmp_path / "tiny.jsonl").read_text(encoding="utf-8")

    assert bench("--texts", str(tmp_path / "texts.jsonl")).status == 0
    lines = (tmp_path / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line) for line in lines]
    assert {line["set"] for line in asked} == {"label", "emotion", "gravity", "bias_probes"}
    assert {tuple(line["candidates"]) for line in asked if line["set"] == "label"} == {
        ("🍕", "😂", "😢")
    }
    answers = tmp_path / "laughs.jsonl"
    answered = [{"id": line["id"], "emojis": ["😂"], "scores": [0.5]} for line in asked]
    answers.write_text("\n".join(map(json.dumps, answered)), encoding="utf-8")
    chart = tmp_path / "chart.png"
    result = bench(str(answers), "--json", "--chart", str(chart))
    assert result.status == 0, result.err
    measured = json.loads(result.out)
    assert measured["row"]["name"] == "laughs"
    assert measured["row"]["figures"]["mocked"]["value"] == 1.0
    assert measured["row"]["latency"] is None
    assert measured["against"]["tiny"]["hit_1"]["difference"] < 0
    assert Image.open(io.BytesIO(chart.read_bytes())).width == 960

    # The model's own answers are as good as the model.
    renamed = (tmp_path / "tiny.jsonl").rename(tmp_path / "again.jsonl")
    same = json.loads(bench(str(renamed), "--json").out)["against"]["tiny"]
    assert {change["difference"] for change in same.values()} == {0.0}


def test_missing_sets_are_named(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "label_held.parquet").unlink()
    result = bench("--limit", "20")
    assert result.status == 0
    assert "left out, as their files are missing: label" in result.err


def test_a_malformed_file_is_a_one_line_error(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text("{}\n", encoding="utf-8")
    result = bench(str(tmp_path / "mine.jsonl"))
    assert result.status == 1
    assert "mine.jsonl: line 1: id" in result.error

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
    assert "left out, as their texts are missing: label" in result.err


def test_a_set_of_the_hub_is_missing_without_a_network(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot_connect(*_: object, **__: object) -> None:
        raise ConnectionError("Couldn't reach 'org/none' on the Hub")

    monkeypatch.setattr("datasets.load_dataset", cannot_connect)
    sets = tmp_path / "recipe.toml"
    text = sets.read_text(encoding="utf-8")
    sets.write_text(text.replace('"label_held.parquet"', '"none"\nhub = "org/none"'), "utf-8")
    result = bench("--limit", "20")
    assert result.status == 0, result.err
    assert "left out, as their texts are missing: label" in result.err


@pytest.mark.parametrize("limit", ["1", "3"])
def test_a_few_texts_suffice_for_a_first_try(bench: Bench, limit: str) -> None:
    result = bench("--limit", limit, "--json")
    assert result.status == 0, result.err
    assert "Warning" not in result.err


def test_sets_without_all_answers_are_named(bench: Bench, tmp_path: Path) -> None:
    asked_file, answers = tmp_path / "texts.jsonl", tmp_path / "mine.jsonl"
    bench("--texts", str(asked_file))
    asked = [json.loads(line) for line in asked_file.read_text(encoding="utf-8").splitlines()]
    answered = [
        {"id": line["id"], "emojis": [], "scores": []} for line in asked if line["set"] == "label"
    ]
    answers.write_text("\n".join(map(json.dumps, answered)), encoding="utf-8")
    result = bench(str(answers))
    assert result.status == 0
    assert "without all answers, so without figures: emotion, gravity, bias_probes" in result.err

    answers.write_text(json.dumps(answered[0]), encoding="utf-8")
    result = bench(str(answers))
    assert result.status == 1
    assert "mine.jsonl: answers no set whole" in result.error


def test_the_leaderboard_has_rows_of_all_texts_alone(bench: Bench, tmp_path: Path) -> None:
    result = bench("--add", "few", "--limit", "20")
    assert result.status == 2
    assert "--add needs all texts: leave --limit out" in result.error
    (tmp_path / "label_held.parquet").unlink()
    result = bench("--add", "fewer sets")
    assert result.status == 1
    assert "missing: label" in result.error
    assert not (tmp_path / "leaderboard.json").exists()


def test_an_error_of_a_file_names_it(bench: Bench, tmp_path: Path) -> None:
    result = bench(str(tmp_path / "none.jsonl"))
    assert result.error.endswith("none.jsonl: cannot be read: No such file or directory")
    nowhere = tmp_path / "none" / "texts.jsonl"
    result = bench("--texts", str(nowhere))
    assert result.status == 1
    assert f"{nowhere}: No such file or directory" in result.error


def test_a_table_for_people_is_legible_in_eighty_columns(bench: Bench) -> None:
    for name in ("Emoji Reactor", "naive Bayes", "prior", "RoBERTa-RT, published"):
        bench("--add", name)
    lines = bench().out.splitlines()
    assert "…" not in "".join(lines)
    assert max(map(len, lines)) <= 80


def test_a_malformed_file_is_a_one_line_error(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text("{}\n", encoding="utf-8")
    result = bench(str(tmp_path / "mine.jsonl"))
    assert result.status == 1
    assert "mine.jsonl: line 1: id" in result.error

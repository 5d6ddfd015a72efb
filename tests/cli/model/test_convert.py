"""Commands on a classifier of another project in a folder."""

import json
from pathlib import Path

import pytest

from bot.adapters.console import PLATFORM
from bot.core.preferences.transfer import FORMAT
from tests.cli.conftest import CommandLine
from tests.model.training.export.hub_classifiers import roberta


def test_a_classifier_is_evaluated_converted_and_serves_a_bot_that_learns(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = roberta(tmp_path / "theirs")
    result = cli("predict", "--json", "--model", str(folder), "funny pizza")
    assert result.status == 0, result.err
    first = json.loads(result.out)["predictions"][0]["emoji"]
    (tmp_path / "mine.csv").write_text(f"text,emoji\nfunny pizza,{first}\n", encoding="utf-8")
    data = ("--data", str(tmp_path / "mine.csv"), "--json")
    result = cli("model", "evaluate", "--model", str(folder), *data)
    assert result.status == 0, result.err
    assert json.loads(result.out)[0]["figures"]["hit_1"] == 1.0
    result = cli("model", "convert", str(folder), str(tmp_path / "ours"))
    assert result.status == 0, result.err
    assert "8 emojis" in result.out
    again = cli("model", "convert", str(folder), str(tmp_path / "ours"))
    assert (again.status, "is not empty; choose a new folder" in again.error) == (2, True)
    result = cli("predict", "--json", "--model", str(tmp_path / "ours"), "funny pizza")
    assert json.loads(result.out)["predictions"][0]["emoji"] == first
    monkeypatch.setenv("EMOJI_REACTOR__MODEL__SOURCE", str(tmp_path / "ours"))
    assert cli("chat", stdin=b"funny pizza\n-\n").out.startswith(f"{first} ")
    disliked = {first: {"shown": 4000, "expected_kept": 1600, "removed": 3900}}
    counts = json.dumps({"format": FORMAT, "emojis": disliked})
    (tmp_path / "counts.json").write_text(counts, encoding="utf-8")
    result = cli("preferences", "import", PLATFORM, "", str(tmp_path / "counts.json"))
    assert result.status == 0, result.err
    assert not cli("chat", stdin=b"funny pizza\n").out.startswith(f"{first} ")

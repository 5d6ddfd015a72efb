"""Commands on a classifier of another project in a folder."""

import json
from pathlib import Path

from tests.cli.conftest import CommandLine
from tests.model.training.export.test_emoji_classifier import roberta, written


def test_a_classifier_is_served_evaluated_and_converted(cli: CommandLine, tmp_path: Path) -> None:
    folder = written(roberta, tmp_path / "theirs")
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
    assert "7 emojis" in result.out
    result = cli("predict", "--json", "--model", str(tmp_path / "ours"), "funny pizza")
    assert json.loads(result.out)["predictions"][0]["emoji"] == first

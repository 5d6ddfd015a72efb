"""Commands on somebody's classifier in a folder."""

import json
from pathlib import Path

from tests.cli.conftest import CommandLine
from tests.model.training.export.test_emoji_classifier import roberta, written


def test_commands_take_it(cli: CommandLine, tmp_path: Path) -> None:
    folder = written(roberta, tmp_path / "theirs")
    ended = cli("predict", "--json", "--model", str(folder), "funny pizza")
    assert ended.status == 0, ended.err
    first = json.loads(ended.out)["predictions"][0]["emoji"]
    (tmp_path / "mine.csv").write_text(f"text,emoji\nfunny pizza,{first}\n", encoding="utf-8")
    data = ("--data", str(tmp_path / "mine.csv"), "--json")
    ended = cli("model", "evaluate", "--model", str(folder), *data)
    assert ended.status == 0, ended.err
    assert json.loads(ended.out)[0]["figures"]["hit_1"] == 1.0
    ended = cli("model", "convert", str(folder), str(tmp_path / "ours"))
    assert ended.status == 0, ended.err
    assert "7 emojis" in ended.out
    ended = cli("predict", "--json", "--model", str(tmp_path / "ours"), "funny pizza")
    assert json.loads(ended.out)["predictions"][0]["emoji"] == first

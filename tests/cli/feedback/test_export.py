"""``emoji-reactor feedback export`` on a stored conversation."""

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine


def test_an_export_of_a_conversation(cli_after_chat: CommandLine) -> None:
    result = cli_after_chat("feedback", "export", "--out", "out", "--format", "all", "--json")
    assert result.status == 0, result.err
    summary = json.loads(result.out)
    assert (sum(summary["rows"].values()), summary["texts"]) == (2, 0)
    assert summary["feedback"] == {"agree": 1, "correct": 1}
    names = {path.parent.name for path in Path("out").rglob("*.*") if path.parent.name != "out"}
    assert names == {"jsonl", "csv", "parquet"}
    jsonl_only = cli_after_chat("feedback", "export", "--out", "out")
    assert jsonl_only.out == "2 rows, 0 with text, in out\n"
    assert {path.name for path in Path("out").iterdir()} == {"README.md", "export.json", "jsonl"}


def test_a_tool_for_annotation_gets_no_tasks_without_texts(cli_after_chat: CommandLine) -> None:
    result = cli_after_chat("feedback", "export", "--out", "out", "--format", "argilla")
    assert result.status == 0
    assert "argilla has no tasks: no row has a text." in result.err


def test_an_export_is_filtered(cli_after_chat: CommandLine) -> None:
    for option in (("--platform", "discord"), ("--community", "1"), ("--since", "2999-01-01")):
        result = cli_after_chat("feedback", "export", "--out", "out", *option)
        assert result.out == "0 rows, 0 with text, in out\n"
    result = cli_after_chat("feedback", "export", "--out", "out", "--since", "2020-01-01")
    assert result.out == "2 rows, 0 with text, in out\n"


def test_other_files_in_the_folder_are_refused(cli_after_chat: CommandLine) -> None:
    Path("mine").mkdir()
    Path("mine/notes.txt").touch()
    result = cli_after_chat("feedback", "export", "--out", "mine")
    assert result.status == 1
    assert "mine contains notes.txt" in result.error


@pytest.mark.parametrize("export_format", ["parquet", "all"])
def test_parquet_without_its_library_is_a_one_line_error(
    cli_after_chat: CommandLine, monkeypatch: pytest.MonkeyPatch, export_format: str
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = cli_after_chat("feedback", "export", "--out", "out", "--format", export_format)
    assert result.status == 1
    assert result.error == "pyarrow is not installed; pip install 'emoji-reactor[train]'"
    assert not Path("out").exists()
    assert cli_after_chat("feedback", "export", "--out", "out", "--format", "csv").status == 0

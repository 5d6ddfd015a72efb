"""``feedback export`` and ``feedback purge``: the real commands on a real conversation."""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.cli.rows import DATABASE, query


@pytest.fixture
def talked(cli: CommandLine) -> CommandLine:
    """A person who said three things, and what they think of two of the answers."""
    assert cli("chat", stdin="so funny\n+\nso sad\n😭\nfire\n".encode()).status == 0
    return cli


def test_an_export_of_a_conversation(talked: CommandLine) -> None:
    ended = talked("feedback", "export", "--out", "out", "--format", "all", "--json")
    assert ended.status == 0, ended.err
    told = json.loads(ended.out)
    assert (sum(told["rows"].values()), told["texts"]) == (2, 0)
    assert told["feedback"] == {"agree": 1, "correct": 1}
    names = {path.parent.name for path in Path("out").rglob("*.*") if path.parent.name != "out"}
    assert names == {"jsonl", "csv", "parquet"}
    spoken = talked("feedback", "export", "--out", "out")
    assert spoken.out == "2 rows, 0 with text, in out\n"
    assert {path.name for path in Path("out").iterdir()} == {"README.md", "export.json", "jsonl"}


def test_an_export_is_narrowed(talked: CommandLine) -> None:
    for narrow in (("--platform", "discord"), ("--community", "1"), ("--since", "2999-01-01")):
        ended = talked("feedback", "export", "--out", "out", *narrow)
        assert ended.out == "0 rows, 0 with text, in out\n"
    ended = talked("feedback", "export", "--out", "out", "--since", "2020-01-01")
    assert ended.out == "2 rows, 0 with text, in out\n"


def test_a_foreign_folder_is_one_line(talked: CommandLine) -> None:
    Path("mine").mkdir()
    Path("mine/notes.txt").touch()
    ended = talked("feedback", "export", "--out", "mine")
    assert ended.status == 1
    assert "mine contains notes.txt" in ended.error


@pytest.mark.parametrize("chosen", ["parquet", "all"])
def test_parquet_without_its_library_is_one_line(
    talked: CommandLine, monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ended = talked("feedback", "export", "--out", "out", "--format", chosen)
    assert ended.status == 1
    assert ended.error == "pyarrow is not installed; pip install 'emoji-reactor[train]'"
    assert not Path("out").exists()
    assert talked("feedback", "export", "--out", "out", "--format", "csv").status == 0


def test_purge_erases_what_is_past_its_retention(talked: CommandLine) -> None:
    with closing(sqlite3.connect(DATABASE)) as connection, connection:
        connection.execute("update prediction set created_at = '2020-01-01' where id < 3")
    assert talked("feedback", "purge").out == "erased 2 rows and texts past their retention\n"
    assert query("select id from prediction") == [(3,)]
    assert query("select count(*) from feedback") == [(0,)]


def test_bad_rows_are_found_and_deleted(talked: CommandLine) -> None:
    assert talked("db", "check").out == "all rows can be read\n"
    with closing(sqlite3.connect(DATABASE)) as connection, connection:
        connection.execute("pragma ignore_check_constraints = on")
        connection.execute("update feedback set emoji = 'my neighbour' where id = 1")
    found = talked("db", "check")
    assert found.status == 1
    assert found.out == "feedback: 1 bad row\nemoji-reactor db check --fix deletes them\n"
    assert talked("feedback", "export", "--out", "out").status == 0
    fixed = talked("db", "check", "--fix")
    assert fixed.status == 0
    assert fixed.out == "feedback: 1 bad row\nall of them were deleted\n"
    assert talked("db", "check").out == "all rows can be read\n"

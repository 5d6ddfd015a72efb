"""``emoji-reactor db check``."""

import sqlite3
from contextlib import closing

from tests.cli.conftest import CommandLine
from tests.cli.stored_rows import DATABASE


def test_bad_rows_are_found_and_deleted(cli_after_chat: CommandLine) -> None:
    assert cli_after_chat("db", "check").out == "all rows can be read\n"
    with closing(sqlite3.connect(DATABASE)) as connection, connection:
        connection.execute("pragma ignore_check_constraints = on")
        connection.execute("update feedback set emoji = 'my neighbour' where id = 1")
    found = cli_after_chat("db", "check")
    assert found.status == 1
    assert found.out == "feedback: 1 bad row\nemoji-reactor db check --fix deletes them\n"
    assert cli_after_chat("feedback", "export", "--out", "out").status == 0
    fixed = cli_after_chat("db", "check", "--fix")
    assert fixed.status == 0
    assert fixed.out == "feedback: 1 bad row\nall of them were deleted\n"
    assert cli_after_chat("db", "check").out == "all rows can be read\n"

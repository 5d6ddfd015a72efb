"""``emoji-reactor feedback purge`` on a stored conversation."""

import sqlite3
from contextlib import closing

from tests.cli.conftest import CommandLine
from tests.cli.stored_rows import DATABASE, query


def test_purge_erases_rows_past_their_retention(cli_after_chat: CommandLine) -> None:
    with closing(sqlite3.connect(DATABASE)) as connection, connection:
        connection.execute("update prediction set created_at = '2020-01-01' where id < 3")
    assert (
        cli_after_chat("feedback", "purge").out == "erased 2 rows and texts past their retention\n"
    )
    assert query("select id from prediction") == [(3,)]
    assert query("select count(*) from feedback") == [(0,)]

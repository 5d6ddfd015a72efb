"""What a command left in the database of the working directory."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

DATABASE = "emoji-reactor.db"


def query(statement: str, folder: Path | None = None) -> list[tuple[object, ...]]:
    """Ask the default database, without altering it."""
    file = (folder or Path.cwd()) / DATABASE
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


def answers(folder: Path | None = None) -> list[tuple[str, str | None]]:
    """The best emoji and the reason for silence of each message, in order."""
    rows = query("select predictions, skip_reason from prediction order by id", folder)
    best = [(json.loads(str(top)), skip) for top, skip in rows]
    return [(top[0][0] if top else "", str(skip) if skip else None) for top, skip in best]


def words(folder: Path | None = None) -> list[tuple[object, ...]]:
    """Each feedback's kind and emoji, in order."""
    return query("select kind, emoji from feedback order by id", folder)

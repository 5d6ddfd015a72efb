"""Queries of the database that a command left in the working directory."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

DATABASE = "emoji-reactor.db"


def query(statement: str, folder: Path | None = None) -> list[tuple[object, ...]]:
    """Query the default database without altering it."""
    file = (folder or Path.cwd()) / DATABASE
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


def stored_outcomes(folder: Path | None = None) -> list[tuple[str, str | None]]:
    """Return the best emoji and the skip reason of each message, in order."""
    rows = query("select predictions, skip_reason from prediction order by id", folder)
    outcomes = [(json.loads(str(predictions)), skip) for predictions, skip in rows]
    return [(p[0][0] if p else "", str(skip) if skip else None) for p, skip in outcomes]


def stored_feedback(folder: Path | None = None) -> list[tuple[object, ...]]:
    """Return kind and emoji of each feedback, in order."""
    return query("select kind, emoji from feedback order by id", folder)

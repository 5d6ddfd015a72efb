"""Snapshots of SQLite databases, and their replacement."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from bot.backup.manifest import BackupError
from bot.config.ownership import give_to_owner_of
from bot.database.usage_lock import DatabaseInUse
from model import atomic

_TIMEOUT_SECONDS = 10.0
_SIDE_FILES = ("-wal", "-shm", "-journal")


class DatabaseDamaged(BackupError):
    """A database file cannot be read, or is not the bot's."""


def snapshot(database: Path, target: Path) -> None:
    """Copy a database that others may be writing to, without what was deleted from it.

    Raises:
        DatabaseDamaged: it cannot be read.
    """
    try:
        with closing(_connect(database, "mode=rw")) as source, closing(_connect(target)) as copy:
            # In one step: in several, each write of another process would start it anew.
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal beside it
            copy.execute("VACUUM")
    except sqlite3.Error as error:
        raise DatabaseDamaged(f"{database}: {error}; emoji-reactor doctor tells more") from None


def examine(database: Path) -> str:
    """Return the revision of a database file that nothing has open.

    Raises:
        DatabaseDamaged: it is damaged, or no database of the bot.
    """
    try:
        with closing(_connect(database, "immutable=1")) as connection:
            problems = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
            [(revision,)] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except (sqlite3.Error, ValueError, UnicodeDecodeError):
        raise DatabaseDamaged("the database is damaged, or has no tables of the bot") from None
    if problems != ["ok"]:
        raise DatabaseDamaged("the database is damaged")
    return str(revision)


def has_database(database: Path) -> bool:
    """Return if there is a file with content."""
    return database.exists() and database.stat().st_size > 0


def replace(database: Path, draft: Path, *, damaged: bool) -> list[Path]:
    """Put a database file in the place of another one, which nothing uses.

    At any moment there is the old database with all it had, or the new one; never one with a
    write-ahead log of the other. A ``damaged`` database, or one that turns out to be, is copied
    under another name first; return the names of its parts.

    Raises:
        DatabaseInUse: a program has the database open.
        OSError: it cannot be written; the old database stays.
    """
    database = database.resolve()  # SQLite keeps its side files beside the file, not the link
    settled = _settled(database)
    aside = _set_aside(database) if damaged or not settled else []

    def copy(file: BinaryIO) -> None:
        give_to_owner_of(database.parent, file.fileno())
        with draft.open("rb") as source:
            shutil.copyfileobj(source, file)

    atomic.write_binary(database, copy)
    _sync_folder(database.parent)
    return aside


def remove_drafts(database: Path) -> None:
    """Remove what an interrupted restore left; call it while other users are excluded."""
    folder = database.resolve().parent
    for path in folder.glob(".restore-*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(f".{database.resolve().name}.????????"):
        path.unlink(missing_ok=True)


def _settled(database: Path) -> bool:
    """Write the log of a database back into it; return False if it is damaged."""
    if not has_database(database):
        return not _side_files(database)
    try:
        with closing(_connect(database, "mode=rw")) as connection:
            # Needs the database for itself, plays hot journals back, and removes -wal and -shm.
            [(mode,)] = connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise DatabaseInUse(str(database)) from None
        return False
    except (sqlite3.Error, UnicodeDecodeError):
        return False
    return mode == "delete" and not _side_files(database)


def _side_files(database: Path) -> list[Path]:
    paths = (database.with_name(database.name + suffix) for suffix in _SIDE_FILES)
    return [path for path in paths if path.exists()]


def _set_aside(database: Path) -> list[Path]:
    """Keep a damaged database under another name; the file itself stays until it is replaced."""
    marked = f"{database.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    kept = []
    for path in _side_files(database):
        kept.append(database.with_name(marked + path.name.removeprefix(database.name)))
        path.rename(kept[-1])
    if has_database(database):
        kept.insert(0, database.with_name(marked))
        shutil.copy2(database, kept[0])
        give_to_owner_of(database.parent, kept[0])
    return kept


def _connect(database: Path, option: str = "mode=rwc") -> sqlite3.Connection:
    uri = f"{database.resolve().as_uri()}?{option}"
    return sqlite3.connect(uri, uri=True, timeout=_TIMEOUT_SECONDS, isolation_level=None)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system can
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

"""Whether the database can be used as it is; nothing in it is altered."""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, insert

from bot.core.checkup import Finding, failed, ok, warning
from bot.core.errors import StoreFailed
from bot.database.engine import (
    DatabaseError,
    build_engine,
    display_name,
    head,
    migration_connection,
    refuse_strangers,
    sqlite_path,
)
from bot.database.store import SqlStore
from bot.database.tables import community

ENOUGH, LITTLE = 500_000_000, 50_000_000
"""Free bytes on the disk of an SQLite database."""


async def examine(url: str) -> list[Finding]:
    """Open the database, compare its revision, try to write; never raises for what it finds."""
    path = sqlite_path(url)
    if path is None:
        return [await _open(url)]
    if not path.parent.is_dir():
        mend = f"make {path.parent.absolute()}, or choose another database.url"
        return [failed("database", f"{path}: there is no such folder", mend)]
    return [_new(path) if not path.exists() else await _open(url), _disk(path)]


async def knows_anybody(url: str) -> bool:
    """Whether members stand in the database, whom only its secret recognises."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return False
    with suppress(DatabaseError, StoreFailed):  # which ``examine`` tells
        engine = build_engine(url)
        try:
            return await SqlStore(engine).knows_anybody()
        finally:
            await engine.dispose()
    return False


async def _open(url: str) -> Finding:
    name = display_name(url)
    try:
        async with migration_connection(url) as connection:
            revision = await connection.run_sync(partial(_examine, name=name))
            await connection.rollback()
    except DatabaseError as error:
        mend = "see what is there, restore a backup, or choose another database.url"
        return failed("database", str(error), mend)
    if revision == head():
        return ok("database", f"{name}: revision {revision}, the newest; it can be written")
    told = f"{name}: revision {revision or 'none'}, newest {head()}"
    return warning("database", told, "emoji-reactor db upgrade, or the next start, mends it")


def _examine(connection: Connection, name: str) -> str | None:
    """Write a row, which the caller takes back; the revision."""
    revision = refuse_strangers(connection, name)
    if revision == head():
        values = {"platform": "doctor", "external_id": "", "created_at": datetime.now(UTC)}
        connection.execute(insert(community).values(values))
    return revision


def _new(path: Path) -> Finding:
    if os.access(path.parent, os.W_OK | os.X_OK):
        return ok("database", f"{path}: will be made by the first start")
    mend = f"let the bot's user write to {path.parent.absolute()}, or choose another database.url"
    return failed("database", f"{path}: cannot be made there", mend)


def _disk(path: Path) -> Finding:
    free = shutil.disk_usage(path.parent).free
    told = f"{free / 1e9:.1f} GB free on the database's disk"
    if free >= ENOUGH:
        return ok("disk", told)
    return (warning if free >= LITTLE else failed)("disk", told, "make room there")

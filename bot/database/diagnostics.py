"""Diagnostics of the database; nothing in it is altered."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.diagnostic import Diagnostic, failed, ok, warning
from bot.core.errors import StoreFailed
from bot.database.engine import (
    DatabaseError,
    build_engine,
    display_name,
    head_revision,
    migration_connection,
    refuse_foreign_database,
    sqlite_path,
)
from bot.database.store import SqlStore
from bot.database.tables import community
from bot.database.transaction import transaction

OK_FREE_BYTES, MIN_FREE_BYTES = 500_000_000, 50_000_000
"""Free bytes on the disk of an SQLite database, for no warning and no failure."""
MAX_GROUPS = 20
_PERMISSIONS = "let the bot's user write to the file and its folder"
_REMEDIES = {
    "disk is full": "free some space there; nothing is lost",
    "SQLSTATE 53100": "free some space on the disk of the server; nothing is lost",
    "disk I/O error": "look at the disk, its free space and the system's log",
    "readonly database": _PERMISSIONS,
    "unable to open": _PERMISSIONS,
    "is locked": "another process writes for long; ask again, or stop it",
    "SQLSTATE 28": "look at user and password in database.url",
    "SQLSTATE 3D": "create the database on the server, or choose another database.url",
}
"""Words of a fault -> its remedy."""


async def check_database(url: str) -> list[Diagnostic]:
    """Open the database, compare its revision, try to write; findings are never raised."""
    path = sqlite_path(url)
    if path is None:
        return [await _open(url)]
    if not path.parent.is_dir():
        remedy = f"make {path.parent.absolute()}, or choose another database.url"
        return [failed("database", f"{path}: there is no such folder", remedy)]
    return [_new(path) if not path.exists() else await _open(url), _disk(path)]


async def has_members(url: str) -> bool:
    """Return if members are stored, whose pseudonyms need the same secret."""
    with suppress(DatabaseError, StoreFailed):  # reported by ``check_database``
        async with _existing_engine(url) as engine:
            return engine is not None and await SqlStore(engine).members.exist()
    return False


async def recent_group_ids(url: str, platform: str) -> list[str]:
    """Return the platform's ids of the latest communities whose id begins with a minus.

    Those are Telegram's groups and channels; private chats are stored as pseudonyms.
    """
    query = select(community.c.external_id).where(
        community.c.platform == platform, community.c.external_id.startswith("-")
    )
    with suppress(DatabaseError, StoreFailed):
        async with _existing_engine(url) as engine:
            if engine is None:
                return []
            async with transaction(engine) as connection:
                found = await connection.execute(
                    query.order_by(community.c.id.desc()).limit(MAX_GROUPS)
                )
                return [str(name) for name in found.scalars()]
    return []


@asynccontextmanager
async def _existing_engine(url: str) -> AsyncIterator[AsyncEngine | None]:
    """Open the database without upgrading it; None if there is no file yet."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        yield None
        return
    engine = build_engine(url)
    try:
        yield engine
    finally:
        await engine.dispose()


async def _open(url: str) -> Diagnostic:
    name = display_name(url)
    try:
        async with migration_connection(url) as connection:
            revision = await connection.run_sync(partial(_examine, name=name))
            await connection.rollback()
    except DatabaseError as error:
        return failed("database", str(error), _remedy(str(error)))
    if revision == head_revision():
        return ok("database", f"{name}: revision {revision}, the newest; it can be written")
    message = f"{name}: revision {revision or 'none'}, newest {head_revision()}"
    return warning(
        "database", message, "run emoji-reactor db upgrade; the next start does it as well"
    )


def _remedy(fault: str) -> str:
    """Return what helps against a fault, by the texts of SQLite and the codes of PostgreSQL."""
    for words, remedy in _REMEDIES.items():
        if words in fault:
            return remedy
    return "see what is there, restore a backup, or choose another database.url"


def _examine(connection: Connection, name: str) -> str | None:
    """Insert a row, which the caller rolls back; return the revision."""
    revision = refuse_foreign_database(connection, name)
    if revision == head_revision():
        values = {"platform": "doctor", "external_id": "", "created_at": datetime.now(UTC)}
        connection.execute(insert(community).values(values))
    return revision


def _new(path: Path) -> Diagnostic:
    if os.access(path.parent, os.W_OK | os.X_OK):
        return ok("database", f"{path}: will be made by the first start")
    remedy = f"let the bot's user write to {path.parent.absolute()}, or choose another database.url"
    return failed("database", f"{path}: cannot be created there", remedy)


def _disk(path: Path) -> Diagnostic:
    free = shutil.disk_usage(path.parent).free
    message = f"{free / 1e9:.1f} GB free on the database's disk"
    if free >= OK_FREE_BYTES:
        return ok("disk", message)
    return (warning if free >= MIN_FREE_BYTES else failed)("disk", message, "free some space there")

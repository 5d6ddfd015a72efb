"""Whether the database can be used as it is; nothing in it is altered."""

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

ENOUGH, LITTLE = 500_000_000, 50_000_000
"""Free bytes on the disk of an SQLite database."""
MAX_GROUPS = 20


async def check_database(url: str) -> list[Diagnostic]:
    """Open the database, compare its revision, try to write; never raises for what it finds."""
    path = sqlite_path(url)
    if path is None:
        return [await _open(url)]
    if not path.parent.is_dir():
        mend = f"make {path.parent.absolute()}, or choose another database.url"
        return [failed("database", f"{path}: there is no such folder", mend)]
    return [_new(path) if not path.exists() else await _open(url), _disk(path)]


async def has_members(url: str) -> bool:
    """Whether members stand in the database, whom only its secret recognises."""
    with suppress(DatabaseError, StoreFailed):  # which ``examine`` tells
        async with _existing_engine(url) as engine:
            return engine is not None and await SqlStore(engine).members.exist()
    return False


async def recent_group_ids(url: str, platform: str) -> list[str]:
    """The platform's ids of the communities that the bot met last, which begin with a minus.

    Those are Telegram's groups and channels; private chats stand under keys.
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
    """The database without an upgrade; None where there is no file yet."""
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
        mend = "see what is there, restore a backup, or choose another database.url"
        return failed("database", str(error), mend)
    if revision == head_revision():
        return ok("database", f"{name}: revision {revision}, the newest; it can be written")
    told = f"{name}: revision {revision or 'none'}, newest {head_revision()}"
    return warning("database", told, "emoji-reactor db upgrade, or the next start, mends it")


def _examine(connection: Connection, name: str) -> str | None:
    """Write a row, which the caller takes back; the revision."""
    revision = refuse_foreign_database(connection, name)
    if revision == head_revision():
        values = {"platform": "doctor", "external_id": "", "created_at": datetime.now(UTC)}
        connection.execute(insert(community).values(values))
    return revision


def _new(path: Path) -> Diagnostic:
    if os.access(path.parent, os.W_OK | os.X_OK):
        return ok("database", f"{path}: will be made by the first start")
    mend = f"let the bot's user write to {path.parent.absolute()}, or choose another database.url"
    return failed("database", f"{path}: cannot be made there", mend)


def _disk(path: Path) -> Diagnostic:
    free = shutil.disk_usage(path.parent).free
    told = f"{free / 1e9:.1f} GB free on the database's disk"
    if free >= ENOUGH:
        return ok("disk", told)
    return (warning if free >= LITTLE else failed)("disk", told, "make room there")

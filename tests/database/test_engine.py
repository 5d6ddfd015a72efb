"""Opening of connections, and errors that quote neither parameters nor passwords."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.errors import StoreFailed
from bot.database.engine import (
    LOCK_TIMEOUT_SECONDS,
    DatabaseError,
    display_name,
    open_database,
    sqlite_path,
    upgrade,
)
from bot.database.tables import UtcTime, chat_setting, community
from bot.database.transaction import transaction

moments = Table("moments", MetaData(), Column("at", UtcTime))


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("busy_timeout", LOCK_TIMEOUT_SECONDS * 1000),
        ("synchronous", 1),
    ],
)
async def test_every_connection_has_the_pragmas(
    engine: AsyncEngine, pragma: str, value: object
) -> None:
    async with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            assert (await connection.execute(text(f"pragma {pragma}"))).scalar() == value


async def test_a_row_without_its_parent_is_refused(engine: AsyncEngine) -> None:
    orphan = {
        "community_id": 99,
        "chat": "a private chat",
        "key": "chance",
        "value": 0.5,
        "updated_at": datetime.now(UTC),
    }

    async def write() -> None:
        async with transaction(engine) as connection:
            await connection.execute(chat_setting.insert().values(orphan))

    with pytest.raises(StoreFailed, match="FOREIGN KEY constraint failed") as caught:
        await write()
    assert "private" not in str(caught.value)


async def test_a_failed_transaction_is_rolled_back(engine: AsyncEngine) -> None:
    row = {"platform": "console", "external_id": "home", "created_at": datetime.now(UTC)}

    async def write_twice() -> None:
        async with transaction(engine) as connection:
            await connection.execute(community.insert().values(row))
            await connection.execute(community.insert().values(row))

    with pytest.raises(StoreFailed, match="UNIQUE"):
        await write_twice()
    async with transaction(engine) as connection:
        assert (await connection.execute(community.select())).all() == []


async def test_errors_do_not_quote_parameters(engine: AsyncEngine) -> None:
    row = {"platform": "console", "external_id": "a private place", "created_at": None}
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError) as caught:
            await connection.execute(community.insert().values(row))
    assert "a private place" not in str(caught.value)


async def test_a_writer_waits_for_another_writer(engine: AsyncEngine, file: Path) -> None:
    """A reader does not: it sees what was before."""
    count = text("select count(*) from opt_out")

    async def write() -> object:
        async with engine.execution_options(immediate=True).begin() as connection:
            return (await connection.execute(count)).scalar()

    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")
        other.execute("insert into opt_out values ('console', 'anna', '2026-01-02 00:00:00')")
        async with engine.connect() as connection:
            assert (await connection.execute(count)).scalar() == 0
        writing = asyncio.create_task(write())
        await asyncio.wait([writing], timeout=0.3)
        assert not writing.done()
        other.execute("commit")
    assert await writing == 1


async def test_opening_waits_for_another_process(url: str, file: Path) -> None:
    """Another process that makes or alters the database at this moment, in SQLite's first mode."""
    await upgrade(url)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")
        opening = asyncio.create_task(open_database(url))
        await asyncio.wait([opening], timeout=0.3)
        assert not opening.done()
        other.execute("commit")
    await (await opening).dispose()


async def test_times_round_trip(engine: AsyncEngine) -> None:
    given = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    async with engine.begin() as connection:
        await connection.run_sync(moments.create)
        await connection.execute(moments.insert().values(at=given))
        stored = (await connection.execute(moments.select())).scalar_one()
        assert stored == given
        assert stored.utcoffset() == timedelta(0)
        with pytest.raises(StatementError, match="without an offset"):
            await connection.execute(moments.insert().values(at=given.replace(tzinfo=None)))


def test_displayed_urls_have_no_password() -> None:
    url = "postgresql+asyncpg://bot:hunter2@host/name"
    assert display_name(url) == "postgresql+asyncpg://bot:***@host/name"
    assert display_name("sqlite+aiosqlite:///some/bot.db") == "some/bot.db"
    assert sqlite_path(url) is None


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    file = tmp_path / "no" / "bot.db"
    with pytest.raises(DatabaseError) as caught:
        await open_database(f"sqlite+aiosqlite:///{file}")
    assert str(caught.value) == f"{file}: unable to open database file"

"""Diagnostics of a database, without changing it."""

import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection

from bot.core.diagnostic import Diagnostic, Status
from bot.database import diagnostics
from bot.database.diagnostics import MAX_GROUPS, check_database, has_members, recent_group_ids
from bot.database.engine import alembic_config, head_revision, migration_connection, upgrade

WRITE_VERSION = 18
"""Offset of the write version in an SQLite header; from 3 on the file is read-only."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


async def found(path: Path) -> Diagnostic:
    return (await check_database(f"sqlite+aiosqlite:///{path}"))[0]


async def test_a_missing_database_is_not_created_by_the_check(path: Path) -> None:
    diagnostic = await found(path)
    assert (diagnostic.status, "first start" in diagnostic.message) == (Status.OK, True)
    assert not path.exists()


async def test_a_missing_folder_is_reported(path: Path) -> None:
    diagnostic = await found(path / "deeper.db")
    assert (diagnostic.status, f"make {path}" in diagnostic.remedy) == (Status.FAILED, True)


async def test_a_current_database_is_not_changed(path: Path) -> None:
    await upgrade(f"sqlite+aiosqlite:///{path}")
    before = path.read_bytes()
    diagnostic = await found(path)
    assert (diagnostic.status, diagnostic.message) == (
        Status.OK,
        f"{path}: revision {head_revision()}, the newest; it can be written",
    )
    assert path.read_bytes() == before
    assert not await has_members(f"sqlite+aiosqlite:///{path}")


async def test_an_older_database_is_reported_and_not_upgraded(path: Path) -> None:
    url = f"sqlite+aiosqlite:///{path}"
    async with migration_connection(url) as connection:
        await connection.run_sync(lambda c: command.upgrade(alembic_config(c), "head"))
        await connection.run_sync(lambda c: command.downgrade(alembic_config(c), "base"))
    diagnostic = await found(path)
    assert (diagnostic.status, diagnostic.message) == (
        Status.WARNING,
        f"{path}: revision none, newest {head_revision()}",
    )
    assert "emoji-reactor db upgrade" in diagnostic.remedy
    assert (await found(path)).message == diagnostic.message


async def test_known_groups_exclude_private_chats(path: Path) -> None:
    url = f"sqlite+aiosqlite:///{path}"
    assert await recent_group_ids(url, "telegram") == []
    assert not path.exists()
    await upgrade(url)
    names = [f"-100{number}" for number in range(MAX_GROUPS + 5)]
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(
            "insert into community (platform, external_id, created_at) values (?, ?, '2026-01-01')",
            [
                ("telegram", "0f3c9a"),
                ("discord", "-1"),
                *(("telegram", name) for name in names),
            ],
        )
        connection.commit()
    assert await recent_group_ids(url, "telegram") == names[: -MAX_GROUPS - 1 : -1]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("create table cats (name text)", "holds tables of something else (cats, ...)"),
        (
            "create table alembic_version (version_num text);"
            "insert into alembic_version values ('9999')",
            "comes from a newer version of Emoji Reactor (revision 9999)",
        ),
    ],
)
async def test_foreign_and_newer_databases_are_refused(
    path: Path, statement: str, words: str
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement)
    diagnostic = await found(path)
    assert (diagnostic.status, words in diagnostic.message) == (Status.FAILED, True)


async def test_a_file_that_is_not_a_database(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be taken for one" * 20)
    diagnostic = await found(path)
    assert (diagnostic.status, "file is not a database" in diagnostic.message) == (
        Status.FAILED,
        True,
    )


async def test_a_read_only_database(path: Path) -> None:
    await upgrade(f"sqlite+aiosqlite:///{path}")
    with path.open("r+b") as file:
        file.seek(WRITE_VERSION)
        file.write(b"\x03\x01")
    diagnostic = await found(path)
    assert (diagnostic.status, "readonly" in diagnostic.message) == (Status.FAILED, True)


async def test_an_unreachable_server() -> None:
    [diagnostic] = await check_database("postgresql+asyncpg://bot:hunter2@127.0.0.1:1/emoji")
    assert (diagnostic.status, "hunter2" in diagnostic.message + diagnostic.remedy) == (
        Status.FAILED,
        False,
    )
    assert not await has_members("postgresql+asyncpg://bot:hunter2@127.0.0.1:1/emoji")


@pytest.mark.parametrize(
    ("free", "status"),
    [(10**9, Status.OK), (10**8, Status.WARNING), (10**6, Status.FAILED)],
)
async def test_a_nearly_full_disk(
    path: Path, free: int, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", ("total", "used", "free"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 0, free))
    _, diagnostic = await check_database(f"sqlite+aiosqlite:///{path}")
    assert (diagnostic.check, diagnostic.status) == ("disk", status)


async def test_a_full_disk_needs_no_backup(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite+aiosqlite:///{path}"
    await upgrade(url)

    def fill(connection: Connection, name: str) -> str | None:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")
        connection.exec_driver_sql("create table filler as select zeroblob(10000000) as bytes")
        return None

    monkeypatch.setattr(diagnostics, "_examine", fill)
    first = (await check_database(url))[0]
    assert first.message == f"{path}: database or disk is full"
    assert first.remedy == "free some space there; nothing is lost"

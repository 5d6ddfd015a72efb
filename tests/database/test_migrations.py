"""Migrations: up, down and up again, no drift from the tables, and whose database it is."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from bot.database.engine import (
    DatabaseError,
    alembic_config,
    current_and_head_revision,
    migration_connection,
    open_database,
    upgrade,
)
from bot.database.tables import metadata
from tests.database.postgres import temporary_database
from tests.database.schema import VERSIONS, counts, fill, schema

GOLDEN = Path(__file__).parent / "schema.txt"
SCRIPTS = ScriptDirectory.from_config(alembic_config())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
"""Oldest first."""


async def migrate(url: str, revision: str) -> None:
    """Bring an older database to a revision, or take everything back with ``base``."""
    step = command.downgrade if revision == "base" else command.upgrade
    async with migration_connection(url) as connection:
        await connection.run_sync(lambda given: step(alembic_config(given), revision))


async def rows(url: str) -> dict[str, int]:
    async with migration_connection(url) as connection:
        return await connection.run_sync(counts)


async def fill_all(url: str) -> None:
    async with migration_connection(url) as connection:
        await connection.run_sync(fill)


async def test_up_down_and_up_again(url: str, file: Path) -> None:
    head = await upgrade(url)
    first = schema(file)
    await migrate(url, "base")
    assert schema(file).strip() == ""
    assert await upgrade(url) == head
    assert schema(file) == first


async def test_up_down_and_up_again_with_rows(url: str, file: Path) -> None:
    await upgrade(url)
    first = schema(file)
    await fill_all(url)
    await migrate(url, "base")
    await upgrade(url)
    assert schema(file) == first
    assert not any(count for table, count in (await rows(url)).items() if table != VERSIONS)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_each_upgrade_keeps_rows(url: str, file: Path, revision: str) -> None:
    await migrate(url, revision)
    await fill_all(url)
    before = await rows(url)
    await upgrade(url)
    after = await rows(url)
    assert {table: after[table] for table in before} == before
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("pragma foreign_key_check").fetchall() == []


@pytest.mark.parametrize("steps", range(1, len(REVISIONS) + 1))
async def test_each_downgrade_restores_the_earlier_schema(
    url: str, file: Path, tmp_path: Path, steps: int
) -> None:
    target = (["base", *REVISIONS])[-steps - 1]
    other = tmp_path / "other.db"
    await migrate(f"sqlite+aiosqlite:///{other}", target)
    await upgrade(url)
    async with migration_connection(url) as connection:
        await connection.run_sync(
            lambda given: command.downgrade(alembic_config(given), f"-{steps}")
        )
    assert schema(file) == schema(other)


async def test_tables_equal_migrated_schema(url: str) -> None:
    await upgrade(url)
    async with migration_connection(url) as connection:
        # Raises where a new migration would not be empty.
        await connection.run_sync(lambda given: command.check(alembic_config(given)))


async def test_schema_equals_reviewed_file(url: str, file: Path) -> None:
    """``GOLDEN=1 pytest tests/database`` writes it anew; a person reads the difference."""
    await upgrade(url)
    if os.environ.get("GOLDEN"):
        GOLDEN.write_text(schema(file), encoding="utf-8")
    assert schema(file) == GOLDEN.read_text(encoding="utf-8")


async def test_a_database_from_a_newer_version_is_refused_unaltered(url: str, file: Path) -> None:
    await upgrade(url)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("update alembic_version set version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(DatabaseError, match=r"newer version .*9999.* left as it is") as raised:
        await open_database(url)
    assert str(file) in str(raised.value)
    assert file.read_bytes() == before
    assert await current_and_head_revision(url) == ("9999", REVISIONS[-1])
    assert {entry.name for entry in file.parent.iterdir()} == {file.name, f"{file.name}.lock"}


async def test_foreign_database_is_refused_unaltered(url: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("create table diary (page text)")
    before = file.read_bytes()
    with pytest.raises(DatabaseError, match=r"tables of something else \(diary, \.\.\.\)"):
        await open_database(url)
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"SQLite format 3\0 cut off", b"a diary" * 1000])
async def test_invalid_file_is_refused_unaltered(url: str, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(DatabaseError, match="file is not a database") as raised:
        await open_database(url)
    assert str(file) in str(raised.value)
    assert file.read_bytes() == content


@pytest.mark.parametrize("cut", [True, False])
async def test_a_corrupt_database_is_named(url: str, file: Path, cut: bool) -> None:
    await upgrade(url)
    content = file.read_bytes()
    file.write_bytes(
        content[:5000] if cut else content.replace(b"CREATE TABLE", b"CREATE \xff\xfeBLE")
    )
    with pytest.raises(DatabaseError) as raised:
        await open_database(url)
    assert str(raised.value).startswith(f"{file}: ")
    assert len(str(raised.value).splitlines()) == 1


async def test_a_failing_migration_changes_nothing(
    url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("alembic.op.create_index", fail)
    with pytest.raises(RuntimeError):
        await upgrade(url)
    assert schema(file).strip() == ""
    monkeypatch.undo()
    assert await upgrade(url) == REVISIONS[-1]


async def test_concurrent_starts_upgrade_once(url: str, file: Path) -> None:
    heads = await asyncio.gather(*(upgrade(url) for _ in range(4)))
    assert heads == [REVISIONS[-1]] * 4
    assert schema(file) == GOLDEN.read_text(encoding="utf-8")


async def test_percent_signs_in_the_path_are_escaped(tmp_path: Path) -> None:
    file = tmp_path / "100%s.db"
    await upgrade(f"sqlite+aiosqlite:///{file}")
    assert file.exists()


def test_revisions_are_linear() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(REVISIONS) == len(set(REVISIONS))


async def tables(url: str) -> set[str]:
    async with migration_connection(url) as connection:
        return set(await connection.run_sync(lambda given: inspect(given).get_table_names()))


@pytest.fixture
def empty_postgres_url() -> Iterator[str]:
    with temporary_database("migrations") as url:
        yield url


async def test_up_down_and_up_again_on_postgresql(empty_postgres_url: str) -> None:
    url = empty_postgres_url
    assert await upgrade(url) == REVISIONS[-1]
    assert await tables(url) == {*metadata.tables, VERSIONS}
    await fill_all(url)
    async with migration_connection(url) as connection:
        await connection.run_sync(lambda given: command.check(alembic_config(given)))
    await migrate(url, "base")
    assert await tables(url) == {VERSIONS}
    assert await upgrade(url) == REVISIONS[-1]
    assert not any(count for table, count in (await rows(url)).items() if table != VERSIONS)

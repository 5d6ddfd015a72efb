"""From one release to the next and back, with rows in every table, on both databases.

``docs/upgrading.md`` tells the same steps.
"""

import asyncio
import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData

from bot.backup.migration import open_database
from bot.config.settings import Settings
from bot.database.engine import head_revision, migration_connection
from tests.backup.conftest import NEW_REVISION, Program, only_backup
from tests.database.schema import VERSIONS, fill
from tests.database.test_migrations import REVISIONS, migrate

FILES = "bot.database.engine.files"
"""Finds the migrations: another folder of them makes the program another release."""

Rows = dict[str, list[dict[str, Any]]]
"""Rows of each table, by column."""


@pytest.fixture(params=["sqlite", "postgresql"])
def variables(request: pytest.FixtureRequest, database: Path) -> Mapping[str, str]:
    """Variables that name an empty database, and its pseudonym secret."""
    if request.param == "sqlite":
        request.getfixturevalue("secret_file")
        return {"EMOJI_REACTOR__DATABASE__URL": f"sqlite+aiosqlite:///{database}"}
    given: Mapping[str, str] = request.getfixturevalue("postgres_variables")
    return given


async def fill_oldest(url: str) -> Rows:
    """Create the database of the first release, with two rows in every table."""
    await migrate(url, REVISIONS[0])
    async with migration_connection(url) as connection:
        await connection.run_sync(fill)
        return await connection.run_sync(read_rows)


async def rows_like(url: str, before: Rows) -> Rows:
    """Return the rows in the tables and columns that there were before."""
    async with migration_connection(url) as connection:
        after = await connection.run_sync(read_rows)
    return {
        table: [{column: row[column] for column in rows[0]} for row in after[table]]
        for table, rows in before.items()
    }


async def start(url: str) -> None:
    """Open the database as ``run`` does."""
    settings = Settings.model_validate({"database": {"url": url}})
    await (await open_database(settings)).dispose()


def read_rows(connection: Connection) -> Rows:
    found = MetaData()
    found.reflect(connection)
    return {
        table.name: sorted(
            (dict(row) for row in connection.execute(table.select()).mappings()), key=repr
        )
        for table in found.sorted_tables
        if table.name != VERSIONS
    }


def test_rows_outlive_an_upgrade_a_downgrade_and_an_upgrade(
    in_process: Program,
    variables: Mapping[str, str],
    newer: Mapping[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, older_head = variables["EMOJI_REACTOR__DATABASE__URL"], head_revision()
    before = asyncio.run(fill_oldest(url))
    assert all(len(rows) == 2 for rows in before.values())
    newer_migrations = Path(newer["PYTHONPATH"].split(os.pathsep)[0]) / "migrations"

    monkeypatch.setattr(FILES, lambda _: newer_migrations)
    asyncio.run(start(url))
    backup = only_backup(tmp_path / "backups", "migration")
    assert in_process("backup", "verify", str(backup), **variables).status == 0
    assert asyncio.run(rows_like(url, before)) == before

    downgraded = in_process("db", "downgrade", older_head, **variables)
    assert (downgraded.status, downgraded.err) == (0, "")
    only_backup(tmp_path / "backups", "downgrade")
    monkeypatch.setattr(FILES, files)
    asyncio.run(start(url))
    assert asyncio.run(rows_like(url, before)) == before

    monkeypatch.setattr(FILES, lambda _: newer_migrations)
    upgraded = in_process("db", "upgrade", **variables)
    assert (upgraded.status, NEW_REVISION in upgraded.out) == (0, True)
    assert asyncio.run(rows_like(url, before)) == before
    assert len(list((tmp_path / "backups").glob("*-migration.zip"))) == 2

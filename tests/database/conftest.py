"""Migrated databases, and a store on one."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.database.tables import metadata
from tests.database.postgres import temporary_database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    opened = await open_database(url)
    yield opened
    await opened.dispose()


@pytest.fixture
def store(engine: AsyncEngine) -> SqlStore:
    return SqlStore(engine)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL database that the tests of a worker share."""
    with temporary_database("store") as url:
        yield url


@pytest.fixture
async def postgres_engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    """A migrated and empty PostgreSQL database."""
    engine = await open_database(postgres_url)
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    async with engine.begin() as connection:
        await connection.execute(text(f"truncate {tables} restart identity cascade"))
    yield engine
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_engine(request: pytest.FixtureRequest) -> AsyncEngine:
    """A migrated and empty database of each kind."""
    fixture = "engine" if request.param == "sqlite" else "postgres_engine"
    engine: AsyncEngine = request.getfixturevalue(fixture)
    return engine

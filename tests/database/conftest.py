"""A migrated database in a file of its own, and a store on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import open_database
from bot.database.store import SqlStore


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

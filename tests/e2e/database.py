"""Queries of a bot's database, whichever it is."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from tests.e2e.event_log import TIMEOUT_SECONDS


async def fetch(url: str, statement: str, **values: object) -> list[tuple[object, ...]]:
    """Return the rows of a query, whose parameters are written ``:name``."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement), values)]
    finally:
        await engine.dispose()


async def execute(url: str, statement: str, **values: object) -> None:
    """Run a statement that changes rows, whose parameters are written ``:name``."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(statement), values)
    finally:
        await engine.dispose()


async def wait_for_rows(url: str, statement: str, count: int = 1) -> None:
    """Query until there are ``count`` rows: changes of another process cannot be awaited."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while len(await fetch(url, statement)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

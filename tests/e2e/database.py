"""Queries of a bot's database, whichever it is."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


async def fetch(url: str, statement: str, **values: object) -> list[tuple[object, ...]]:
    """Return the rows of a query, whose parameters are written ``:name``."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement), values)]
    finally:
        await engine.dispose()

"""Work of one command on the database."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.engine import open_database

T = TypeVar("T")


async def with_engine(url: str, work: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    """Open the database, return what ``work`` returns, and close the database.

    Raises:
        DatabaseError: it cannot be opened.
    """
    engine = await open_database(url)
    try:
        return await work(engine)
    finally:
        await engine.dispose()

"""Work of one command on the database."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.backup.migration import open_database
from bot.config.settings import Settings

T = TypeVar("T")


async def with_engine(settings: Settings, work: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    """Open the database, return what ``work`` returns, and close the database.

    Raises:
        DatabaseError: it cannot be opened.
    """
    engine = await open_database(settings)
    try:
        return await work(engine)
    finally:
        await engine.dispose()

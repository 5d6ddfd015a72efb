"""Short transactions on one database."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.errors import StoreFailed
from bot.database.engine import driver_message


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open one transaction, committed at the end and rolled back on an error.

    Raises:
        StoreFailed: the driver failed; its error text comes without the parameters.
    """
    try:
        async with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise StoreFailed(driver_message(error)) from None
    except OSError as error:
        raise StoreFailed(f"the database cannot be reached: {error.strerror}") from None


class Database:
    """An open database, read and written in short transactions.

    Each part of the store holds one, and passes the connection on where several parts take part
    in one transaction.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an open engine."""
        self._reader = engine
        # On SQLite a writer takes the lock at once; see ``bot.database.engine``.
        self._writer = engine.execution_options(immediate=True)
        self._on_sqlite = engine.dialect.name == "sqlite"

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a transaction that only reads.

        Raises:
            StoreFailed: the database cannot be read.
        """
        return transaction(self._reader)

    def write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a transaction that writes.

        Raises:
            StoreFailed: nothing was written.
        """
        return transaction(self._writer)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
        return sqlite.insert(table) if self._on_sqlite else postgresql.insert(table)

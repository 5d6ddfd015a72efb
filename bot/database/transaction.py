"""Short transactions on one database."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, nullcontext

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.errors import StoreFailed
from bot.database.engine import driver_message

logger = logging.getLogger(__name__)

CHECKPOINT_TIMEOUT_SECONDS = 2.0
"""Longest wait of an erasure for readers; writers wait meanwhile."""
_DRIVERS = frozenset(("asyncpg", "aiosqlite", "sqlite3"))


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
    except Exception as error:
        # Drivers raise errors of their own where SQLAlchemy does not wrap them: while connecting.
        if type(error).__module__.split(".")[0] not in _DRIVERS:
            raise
        raise StoreFailed(f"the database cannot be used ({type(error).__name__})") from None


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
        self._turn = asyncio.Lock()
        self._file = engine.url.database

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a transaction that only reads.

        Raises:
            StoreFailed: the database cannot be read.
        """
        return transaction(self._reader)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that writes.

        Raises:
            StoreFailed: nothing was written.
        """
        async with self._alone(), transaction(self._writer) as connection:
            yield connection

    @asynccontextmanager
    async def erase(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that erases what members wrote, and leave no copy of it in a log.

        Raises:
            StoreFailed: nothing was erased.
        """
        async with self.write() as connection:
            yield connection
        await self.truncate_log()

    async def truncate_log(self) -> None:
        """Empty the write-ahead log of SQLite, which holds earlier versions of pages.

        If another process reads just then, the log stays until the next erasure or purge.
        """
        if self._on_sqlite and self._file:
            async with self._alone():
                await asyncio.to_thread(_truncate_log, self._file)

    def _alone(self) -> AbstractAsyncContextManager[None]:
        """Wait for the turn to write to SQLite, which has one writer.

        Its own waiting polls, and the lock goes to whoever asks just then: under load a writer
        would be passed over until it gives up with "database is locked".
        """
        return self._turn if self._on_sqlite else nullcontext()

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
        return sqlite.insert(table) if self._on_sqlite else postgresql.insert(table)


def _truncate_log(file: str) -> None:
    try:
        with closing(sqlite3.connect(file, timeout=CHECKPOINT_TIMEOUT_SECONDS)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        logger.warning("the write-ahead log was not emptied after an erasure: %s", error)
        return
    if busy:
        logger.warning("the write-ahead log is in use, and is emptied by the next purge")

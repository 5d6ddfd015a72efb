"""Locks that end with their process: users of a database share one, a restore excludes them.

On SQLite it is ``flock`` on an empty file beside the database, since a restore replaces the
database's own file. On PostgreSQL each connection of a user holds a shared advisory lock.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.config.ownership import give_to_owner_of
from bot.core.errors import EmojiReactorError

try:
    import fcntl
except ImportError:  # Windows, which does not let anyone replace a file that is open
    fcntl = None  # type: ignore[assignment]

_NAMESPACE = 0x656D6F6A
_USE, _MIGRATION = 1, 2
SHARE_STATEMENT = f"select pg_try_advisory_lock_shared({_NAMESPACE}, {_USE})"
EXCLUDE_STATEMENT = (
    f"select pg_try_advisory_xact_lock({_NAMESPACE}, {_USE})"
    f" and pg_try_advisory_xact_lock({_NAMESPACE}, {_MIGRATION})"
)
"""For one transaction: true if no other session uses or migrates the database."""
_MIGRATE = text(f"select pg_advisory_xact_lock({_NAMESPACE}, {_MIGRATION})")


class DatabaseInUse(EmojiReactorError):
    """Another process uses the database, or excludes its users."""

    def __init__(self, name: str) -> None:
        """Name the database."""
        super().__init__(
            f"{name}: in use by another process; stop the bot, the page and other commands first"
        )


class DatabaseExcluded(EmojiReactorError):
    """The database is being restored or downgraded."""

    def __init__(self, name: str) -> None:
        """Name the database."""
        super().__init__(
            f"{name}: is being restored or downgraded by another process; start again afterwards"
        )


class LockUnavailable(EmojiReactorError):
    """The lock file beside an SQLite database cannot be opened."""

    def __init__(self, database: Path, error: OSError) -> None:
        """Name the lock file and the cause."""
        super().__init__(
            f"{lock_file(database)}: cannot be opened: {error.strerror}; let the user of this"
            " command write there"
        )


def lock_file(database: Path) -> Path:
    """Return the file on which the users of an SQLite database hold their lock."""
    return database.with_name(database.name + ".lock")


def acquire_shared(database: Path) -> int | None:
    """Lock an SQLite database for use; return a file descriptor that holds the lock until closed.

    Return None if the folder does not exist, or the system has no such locks.

    Raises:
        DatabaseExcluded: the database is being restored or downgraded.
        LockUnavailable: the lock file cannot be opened.
    """
    try:
        return _acquire(database, exclusive=False)
    except BlockingIOError:
        raise DatabaseExcluded(str(database)) from None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LockUnavailable(database, error) from None


def release(descriptor: int | None) -> None:
    """Give a lock back."""
    if descriptor is not None:
        with suppress(OSError):
            os.close(descriptor)


@contextmanager
def exclude_users(database: Path) -> Iterator[None]:
    """Keep all other processes from using an SQLite database.

    Raises:
        DatabaseInUse: at least one uses it.
        LockUnavailable: the lock file cannot be opened.
    """
    try:
        descriptor = _acquire(database, exclusive=True)
    except BlockingIOError:
        raise DatabaseInUse(str(database)) from None
    except OSError as error:
        raise LockUnavailable(database, error) from None
    try:
        yield
    finally:
        release(descriptor)


def hold_while_open(engine: AsyncEngine, descriptor: int | None) -> None:
    """Give the lock of an SQLite database back when the engine is disposed of."""

    @event.listens_for(engine.sync_engine, "engine_disposed", once=True)
    def disposed(_: object) -> None:
        release(descriptor)


def share_on_connect(engine: AsyncEngine) -> None:
    """Let each connection to PostgreSQL hold the lock of users for as long as it exists."""

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own
        cursor = connection.cursor()
        cursor.execute(SHARE_STATEMENT)
        shared = cursor.fetchone()[0]
        cursor.close()
        connection.commit()
        if not shared:
            connection.close()
            raise SQLAlchemyError(str(DatabaseExcluded("the database")))


@asynccontextmanager
async def exclude_users_in_transaction(
    connection: AsyncConnection, name: str
) -> AsyncIterator[None]:
    """Keep other sessions from using a PostgreSQL database until the transaction ends.

    Raises:
        DatabaseInUse: at least one uses it.
    """
    if not (await connection.execute(text(EXCLUDE_STATEMENT))).scalar():
        raise DatabaseInUse(name)
    yield


async def queue_migrations(connection: AsyncConnection) -> None:
    """Wait, on PostgreSQL, until no other process migrates; SQLite's write lock does the same."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_MIGRATE)


def _acquire(database: Path, *, exclusive: bool) -> int | None:
    if fcntl is None:
        return None
    descriptor = os.open(lock_file(database), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        give_to_owner_of(database.parent, descriptor)  # root's lock must not keep the bot out
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor

"""Engines and migrations; a database from a newer version is refused."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.core.errors import EmojiReactorError
from bot.database import usage_lock
from model.text import storable

LOCK_TIMEOUT_SECONDS = 10
BeforeMigration = Callable[[], Awaitable[None]]


class DatabaseError(EmojiReactorError):
    """The database cannot be used; the message names it, without its password."""


async def open_database(url: str, before_migration: BeforeMigration | None = None) -> AsyncEngine:
    """Return an engine on an up-to-date database, created if it does not exist.

    Until it is disposed of, the database counts as in use: see ``bot.database.usage_lock``.

    Raises:
        DatabaseError: it cannot be reached, is no database of ours or comes from a newer version;
            in the last two cases it is left unaltered.
        DatabaseExcluded: it is being restored or downgraded.
    """
    path = sqlite_path(url)
    if path is None:
        await upgrade(url, before_migration)
        engine = build_engine(url)
        usage_lock.share_on_connect(engine)
        return engine
    descriptor = usage_lock.acquire_shared(path)
    try:
        await upgrade(url, before_migration)
        await asyncio.to_thread(_write_ahead, path)
        engine = build_engine(url)
    except BaseException:
        usage_lock.release(descriptor)
        raise
    usage_lock.hold_while_open(engine, descriptor)
    return engine


async def upgrade(url: str, before_migration: BeforeMigration | None = None) -> str:
    """Apply missing migrations; return the revision that the database then has.

    ``before_migration`` is awaited if a database with tables is about to be altered, while no
    other process can migrate it.
    """
    path, name = sqlite_path(url), display_name(url)
    descriptor = None if path is None else usage_lock.acquire_shared(path)
    try:
        async with migration_connection(url) as connection:
            await usage_lock.queue_migrations(connection)
            found = await connection.run_sync(partial(refuse_foreign_database, name=name))
            if before_migration is not None and found not in {None, head_revision()}:
                await before_migration()
            return await connection.run_sync(_upgrade)
    finally:
        usage_lock.release(descriptor)


async def current_and_head_revision(url: str) -> tuple[str | None, str]:
    """Return the revision of the database, None without tables, and that of the program."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return None, head_revision()
    async with migration_connection(url) as connection:
        return await connection.run_sync(_revision), head_revision()


def head_revision() -> str:
    """Return the revision to which this program upgrades."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def known_revisions() -> frozenset[str]:
    """Return the revisions of all migrations in this program."""
    scripts = ScriptDirectory.from_config(alembic_config())
    return frozenset(script.revision for script in scripts.walk_revisions())


@asynccontextmanager
async def migration_connection(url: str) -> AsyncIterator[AsyncConnection]:
    """Open one transaction without foreign keys: rebuilding a parent would empty its children."""
    engine = build_engine(url, foreign_keys=False)
    try:
        _try_to_open(url)
        async with engine.execution_options(immediate=True).begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise DatabaseError(f"{display_name(url)}: {driver_message(error)}") from None
    except OSError as error:
        raise DatabaseError(f"{display_name(url)}: {error.strerror or error}") from None
    except UnicodeDecodeError:  # in the schema itself
        raise DatabaseError(f"{display_name(url)}: the database is damaged") from None
    finally:
        await engine.dispose()


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations in this package."""
    config = Config()
    # Config interpolates, so that a percent sign in the path must be doubled.
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def sqlite_path(url: str) -> Path | None:
    """Return the file of an SQLite database; None for another kind."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def display_name(url: str) -> str:
    """Return the name of the database in messages: its file, or its URL without the password."""
    path = sqlite_path(url)
    return str(path) if path is not None else make_url(url).render_as_string(hide_password=True)


def has_password(url: str) -> bool:
    """Return if the URL holds a password."""
    return bool(make_url(url).password)


def driver_message(error: SQLAlchemyError) -> str:
    """Return the cause of an error on one line, without statement and parameters.

    SQLite's texts name tables and columns only. Those of other drivers quote arguments, which may
    be what people wrote: of them class and SQLSTATE are told.
    """
    cause: BaseException | None = getattr(error, "orig", None)
    if cause is None or isinstance(cause, sqlite3.Error):
        return single_line(cause or error)
    driver_error = cause.__cause__ or cause  # SQLAlchemy wraps that of asyncpg
    state = getattr(driver_error, "sqlstate", None)
    name = type(driver_error).__name__
    return f"{name} (SQLSTATE {state})" if state else name


def _to_json(value: object) -> str:
    return storable(json.dumps(value, ensure_ascii=False))


def _upgrade(connection: Connection) -> str:
    command.upgrade(alembic_config(connection), "head")
    return head_revision()


def refuse_foreign_database(connection: Connection, name: str) -> str | None:
    """Return the revision of a database that may be upgraded, None for an empty one.

    Raises:
        DatabaseError: it holds something else, or comes from a newer version.
    """
    revision = _revision(connection)
    # A database that was downgraded to nothing keeps Alembic's empty table.
    foreign = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if revision is None and foreign:
        raise DatabaseError(
            f"{name}: holds tables of something else ({min(foreign)}, ...); it was left as it is"
        )
    if revision is not None and revision not in known_revisions():
        raise DatabaseError(
            f"{name}: comes from a newer version of Emoji Reactor (revision {revision}); it was"
            " left as it is: upgrade the program or choose another database.url"
        )
    return revision


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def build_engine(url: str, *, foreign_keys: bool = True) -> AsyncEngine:
    """Return an engine on a database, without migrating it.

    Raises:
        DatabaseError: its driver is not installed, or the URL is wrong.
    """
    options: dict[str, Any] = {} if foreign_keys else {"poolclass": NullPool}
    try:
        engine = create_async_engine(
            url,
            hide_parameters=True,  # errors must not quote texts or members
            json_serializer=_to_json,
            # After a restart of the server the first transaction would fail on a dead connection.
            pool_pre_ping=foreign_keys and make_url(url).get_backend_name() != "sqlite",
            **options,
        )
    except ImportError as error:
        raise DatabaseError(
            f"database.url: {error.name} is not installed; pip install 'emoji-reactor[postgres]'"
        ) from None
    except ArgumentError as error:
        raise DatabaseError(f"database.url: {single_line(error)}") from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, foreign_keys)
    return engine


def single_line(error: BaseException) -> str:
    """Return the text of an error on one line."""
    return " ".join(str(error).split())


def _try_to_open(url: str) -> None:
    """Fail early: a failing aiosqlite leaves a thread that ends in a traceback.

    A new file can be read by its owner only; SQLite gives its log the same mode.
    """
    path = sqlite_path(url)
    if path is None:
        return
    if path.parent.is_dir() and not path.exists():
        path.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(path)):
            pass
    except sqlite3.Error as error:
        raise DatabaseError(f"{path}: {error}") from None


def _write_ahead(path: Path) -> None:
    """Turn on write-ahead logging, which lets readers go on during a write.

    It alters the file, so it comes after the check of the schema. SQLite ignores the busy timeout
    here, so a process that starts beside another one has to retry.
    """
    deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS
    with closing(sqlite3.connect(path)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise DatabaseError(f"{path}: {error}") from None
                time.sleep(0.05)
            else:
                return


def _prepare_sqlite(engine: AsyncEngine, foreign_keys: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, record: object) -> None:  # noqa: ANN401 - the driver's own
        connection.isolation_level = None  # transactions begin below, not in the driver
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT_SECONDS * 1000}")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA secure_delete=ON")  # erased texts are overwritten
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once: upgrading a read lock can fail without waiting.
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

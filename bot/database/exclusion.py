"""Work on a database that no other process may use meanwhile, and downgrades."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.database import usage_lock
from bot.database.engine import (
    DatabaseError,
    alembic_config,
    display_name,
    migration_connection,
    refuse_foreign_database,
    sqlite_path,
)


@asynccontextmanager
async def excluded(url: str) -> AsyncIterator[None]:
    """Keep all other processes from using a database; its content may be read meanwhile.

    Raises:
        DatabaseInUse: at least one uses it.
        DatabaseError: it cannot be reached.
    """
    path = sqlite_path(url)
    if path is not None:
        with usage_lock.exclude_users(path):
            yield
        return
    async with (
        migration_connection(url) as connection,
        usage_lock.exclude_users_in_transaction(connection, display_name(url)),
    ):
        yield


async def revision_to_downgrade(url: str, revision: str) -> str | None:
    """Return the current revision if ``revision`` is an earlier one, None if they are the same.

    Raises:
        DatabaseError: it is not an earlier revision of this database.
    """
    async with migration_connection(url) as connection:
        current = await connection.run_sync(
            partial(refuse_foreign_database, name=display_name(url))
        )
    if current == revision:
        return None
    scripts = ScriptDirectory.from_config(alembic_config())
    earlier = [s.revision for s in scripts.iterate_revisions(current, "base")] if current else []
    if current is None or revision not in earlier:
        known = ", ".join(earlier[1:]) or "none"
        raise DatabaseError(
            f"{display_name(url)}: has revision {current or 'none'}; {revision} is not an earlier"
            f" one (those are: {known})"
        )
    return current


async def downgrade(url: str, revision: str) -> None:
    """Take back the migrations after ``revision``; call it while other users are ``excluded``.

    Raises:
        DatabaseError: the database cannot be reached.
    """

    def step(connection: Connection) -> None:
        command.downgrade(alembic_config(connection), revision)

    async with migration_connection(url) as connection:
        await connection.run_sync(step)

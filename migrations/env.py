"""Alembic's entry: on the connection that the program hands over, or on its own for developers."""

import asyncio
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from bot.database.column_types import EmojiText, PlainText
from bot.database.tables import UtcTime, metadata


def _render(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write our own type as what it is in the database: migrations outlive the program's types."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EmojiText | PlainText):
        return f"sa.{item.impl!r}"
    return False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=_render,
        render_as_batch=True,  # SQLite alters a table by copying it
        transactional_ddl=True,  # bot.database.engine opens real transactions on SQLite too
    )
    with context.begin_transaction():
        context.run_migrations()


async def _migrate_configured() -> None:
    """``alembic revision --autogenerate`` and the like: the database of the settings."""
    from bot.config.loading import load
    from bot.database.engine import migration_connection

    async with migration_connection(load().database.url) as connection:
        await connection.run_sync(_migrate)


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is not None:
    _migrate(handed_over)
else:
    asyncio.run(_migrate_configured())

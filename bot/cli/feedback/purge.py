"""``emoji-reactor feedback purge``."""

import asyncio
from datetime import UTC, datetime

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.backup.migration import remove_expired_backups
from bot.cli.database_work import with_engine
from bot.cli.options import ConfigFile, initialize
from bot.database.store import SqlStore


def purge(config: ConfigFile = None) -> None:
    """Erase what is past its retention, as the running bot does every hour.

    Example: emoji-reactor feedback purge
    """
    settings, _ = initialize(config)
    now, privacy = datetime.now(UTC), settings.privacy

    async def erase(engine: AsyncEngine) -> int:
        store = SqlStore(engine)
        await store.votes.purge_days_before(now)
        return await store.outcomes.purge(
            privacy.rows_kept_since(now), privacy.texts_kept_since(now)
        )

    remove_expired_backups(settings, now)
    erased = asyncio.run(with_engine(settings, erase))
    typer.echo(f"erased {erased:,} rows and texts past their retention")

"""Periodic tasks of a process that runs for days: retention, and the prior of preferences."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.backup.migration import remove_expired_backups
from bot.config.settings import Settings
from bot.core.errors import StoreFailed
from bot.core.messages.service import Service
from bot.database.store import SqlStore
from bot.log import describe

logger = logging.getLogger(__name__)

PURGE_INTERVAL_SECONDS = 3600.0
REFIT_INTERVAL_SECONDS = 86_400.0
UPDATE_CLAIM_RETENTION = timedelta(days=2)
"""Longer than Telegram, the most persistent platform, redelivers an update: one day."""

SHARD_LEASE_RETENTION = timedelta(days=2)
"""Longer than any platform keeps a session that nobody resumes."""


@asynccontextmanager
async def background_tasks(
    store: SqlStore, service: Service, settings: Settings
) -> AsyncIterator[None]:
    """Run the periodic tasks inside the context."""
    tasks = [
        asyncio.create_task(_purge_hourly(store, settings)),
        asyncio.create_task(_refit_daily(service)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def purge_expired(store: SqlStore, settings: Settings) -> None:
    """Erase what is past its retention: rows, texts, votes, update claims, automatic backups.

    Raises:
        StoreFailed: the database refused it.
    """
    now, privacy = datetime.now(UTC), settings.privacy
    erased = await store.outcomes.purge(privacy.rows_kept_since(now), privacy.texts_kept_since(now))
    if erased:
        logger.info("erased %d rows and texts past their retention", erased)
    await store.votes.purge_days_before(now)
    await store.update_claims.purge(now - UPDATE_CLAIM_RETENTION)
    await store.shard_leases.purge(now - SHARD_LEASE_RETENTION)
    remove_expired_backups(settings, now)


async def _purge_hourly(store: SqlStore, settings: Settings) -> None:
    while True:
        await asyncio.sleep(PURGE_INTERVAL_SECONDS)
        try:
            await purge_expired(store, settings)
        except StoreFailed as error:
            logger.error("the purge failed and is tried again in an hour: %s", describe(error))


async def _refit_daily(service: Service) -> None:
    """Fit the prior of preferences at the start and once a day."""
    while True:
        await service.refit_preference_prior()
        await asyncio.sleep(REFIT_INTERVAL_SECONDS)

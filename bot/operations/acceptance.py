"""The acceptance of the last days, as a metric."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.errors import StoreFailed
from bot.database.trends import compute_kept_share
from bot.operations.metrics import Metrics

INTERVAL_SECONDS = 300.0
PERIOD = timedelta(days=7)


async def refresh_acceptance(engine: AsyncEngine, metrics: Metrics) -> None:
    """Compute the acceptance at once and every five minutes, until cancelled."""
    while True:
        try:
            kept = await compute_kept_share(engine, datetime.now(UTC) - PERIOD)
        except StoreFailed:  # the readiness and the count of failures show it
            metrics.acceptance.set(float("nan"))
        else:
            metrics.acceptance.set(kept.share if kept.shown else float("nan"))
        await asyncio.sleep(INTERVAL_SECONDS)

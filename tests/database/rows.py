"""Outcomes to record, and counts of rows."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import IncomingMessage, Outcome
from bot.database.store import SqlStore
from bot.database.tables import prediction
from model import Prediction
from tests.core.fakes import message, ref

OUTCOME = Outcome(
    ref(),
    predictions=(Prediction("😂", 0.61234567), Prediction("🔥", 0.3)),
    shown=("😂",),
    artifact_version="tiny-1",
    confidence_threshold=0.2,
)


async def record(
    store: SqlStore, given: IncomingMessage | str = "1", outcome: Outcome = OUTCOME
) -> bool:
    """Record an outcome of a message, or of the one with this number."""
    recorded = message(number=given) if isinstance(given, str) else given
    return await store.outcomes.record(recorded, replace(outcome, ref=recorded.ref))


async def count(engine: AsyncEngine, table: Table) -> int:
    """Return the number of rows of a table."""
    async with engine.connect() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def age(engine: AsyncEngine, number: str, moment: datetime) -> None:
    """Change the time at which a message was recorded."""
    row = update(prediction).where(prediction.c.message == number)
    async with engine.begin() as connection:
        await connection.execute(row.values(created_at=moment))

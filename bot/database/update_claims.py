"""Which of a platform's numbered updates are taken care of: one that comes twice is done once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select, update

from bot.database.tables import update_claim
from bot.database.transaction import Database


class UpdateClaimStore:
    """The part of the store that several processes share out updates by.

    ``receiver`` names the account that gets the updates, ``number`` an update.
    """

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def claim(
        self, receiver: str, numbers: Sequence[int], now: datetime, stale: datetime
    ) -> set[int]:
        """Take what nobody took, or what was taken before ``stale`` and never finished."""
        rows = [{"receiver": receiver, "update_id": each, "claimed_at": now} for each in numbers]
        if not rows:
            return set()
        insert = self._database.insert(update_claim).values(rows)
        abandoned = and_(update_claim.c.handled_at.is_(None), update_claim.c.claimed_at < stale)
        taken = insert.on_conflict_do_update(
            index_elements=["receiver", "update_id"], set_={"claimed_at": now}, where=abandoned
        ).returning(update_claim.c.update_id)
        async with self._database.write() as connection:
            return set((await connection.execute(taken)).scalars())

    async def mark_handled(self, receiver: str, number: int, now: datetime) -> None:
        """What was claimed is finished."""
        this = and_(update_claim.c.receiver == receiver, update_claim.c.update_id == number)
        async with self._database.write() as connection:
            await connection.execute(update(update_claim).where(this).values(handled_at=now))

    async def is_handled(self, receiver: str, number: int) -> bool:
        """Whether somebody finished it."""
        this = and_(update_claim.c.receiver == receiver, update_claim.c.update_id == number)
        query = select(update_claim.c.handled_at).where(this)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar() is not None

    async def purge(self, before: datetime) -> None:
        """Forget those that no platform sends again."""
        async with self._database.write() as connection:
            await connection.execute(delete(update_claim).where(update_claim.c.claimed_at < before))

"""Numbered updates of a platform: one that arrives twice is handled once, and the last one wins."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select, update

from bot.database.tables import latest_update, update_claim
from bot.database.transaction import Database


class UpdateClaimStore:
    """Claims by which several processes share out updates.

    ``receiver`` names the account that gets the updates, ``update_id`` an update.
    """

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def claim(
        self, receiver: str, update_ids: Sequence[int], now: datetime, stale: datetime
    ) -> set[int]:
        """Claim updates that are free, or were claimed before ``stale`` and not handled.

        Return the ids of those that were claimed.
        """
        rows = [
            {"receiver": receiver, "update_id": update_id, "claimed_at": now}
            for update_id in dict.fromkeys(update_ids)  # PostgreSQL refuses one that comes twice
        ]
        if not rows:
            return set()
        insert = self._database.insert(update_claim).values(rows)
        abandoned = and_(update_claim.c.handled_at.is_(None), update_claim.c.claimed_at < stale)
        claim = insert.on_conflict_do_update(
            index_elements=["receiver", "update_id"], set_={"claimed_at": now}, where=abandoned
        ).returning(update_claim.c.update_id)
        async with self._database.write() as connection:
            return set((await connection.execute(claim)).scalars())

    async def mark_handled(self, receiver: str, update_id: int, now: datetime) -> None:
        """Record that a claimed update is handled."""
        is_claim = and_(update_claim.c.receiver == receiver, update_claim.c.update_id == update_id)
        async with self._database.write() as connection:
            await connection.execute(update(update_claim).where(is_claim).values(handled_at=now))

    async def renew(self, receiver: str, update_id: int, now: datetime) -> None:
        """Extend the lease of a claimed update."""
        is_claim = and_(update_claim.c.receiver == receiver, update_claim.c.update_id == update_id)
        async with self._database.write() as connection:
            await connection.execute(update(update_claim).where(is_claim).values(claimed_at=now))

    async def forget(self, receiver: str) -> None:
        """Delete the claims of a receiver whose updates are numbered anew, and their order."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(update_claim).where(update_claim.c.receiver == receiver)
            )
            await connection.execute(delete(latest_update))

    async def is_handled(self, receiver: str, update_id: int) -> bool:
        """Return if an update is handled."""
        is_claim = and_(update_claim.c.receiver == receiver, update_claim.c.update_id == update_id)
        query = select(update_claim.c.handled_at).where(is_claim)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar() is not None

    async def purge(self, before: datetime) -> None:
        """Delete claims and order of before ``before``, which no platform sends again."""
        async with self._database.write() as connection:
            await connection.execute(delete(update_claim).where(update_claim.c.claimed_at < before))
            await connection.execute(
                delete(latest_update).where(latest_update.c.applied_at < before)
            )

"""Positions from which a synchronization goes on after a restart."""

from sqlalchemy import select

from bot.database.tables import sync_position
from bot.database.transaction import Database


class SyncPositionStore:
    """The position of each receiver, an account that gets events, in its platform's notation."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def get(self, receiver: str) -> str | None:
        """Return the position; None if the receiver never had one."""
        query = select(sync_position.c.position).where(sync_position.c.receiver == receiver)
        async with self._database.read() as connection:
            position: str | None = (await connection.execute(query)).scalar()
            return position

    async def set(self, receiver: str, position: str) -> None:
        """Store the position up to which all events are handled."""
        row = {"receiver": receiver, "position": position}
        insert = self._database.insert(sync_position).values(row)
        upsert = insert.on_conflict_do_update(
            index_elements=["receiver"], set_={"position": position}
        )
        async with self._database.write() as connection:
            await connection.execute(upsert)

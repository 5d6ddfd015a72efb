"""Notices to the administrators of communities: each is sent once."""

from datetime import UTC, datetime

from bot.core.events import MessageRef
from bot.database.queries import find_or_create_community
from bot.database.tables import admin_notice
from bot.database.transaction import Database


class AdminNoticeStore:
    """The notices that communities got."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def claim(self, ref: MessageRef, name: str) -> bool:
        """Return True to the first caller, who then sends the notice to the community."""
        async with self._database.write() as connection:
            row = {
                "community_id": await find_or_create_community(self._database, connection, ref),
                "name": name,
                "sent_at": datetime.now(UTC),
            }
            inserted = await connection.execute(
                self._database.insert(admin_notice).values(row).on_conflict_do_nothing()
            )
            return inserted.rowcount == 1

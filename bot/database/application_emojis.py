"""The standard emojis for which emojis of the bot's own application stand."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from bot.database.tables import application_emoji
from bot.database.transaction import Database


class ApplicationEmojiStore:
    """Meanings by the platform's ids of the emojis, which are unique among all applications."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def meanings(self) -> dict[int, tuple[str, ...]]:
        """Return the canonical emojis for which each id stands."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(application_emoji))
            return {int(row.emoji_id): tuple(row.stands_for) for row in rows}

    async def assign(self, emoji_id: int, stands_for: Sequence[str]) -> None:
        """Store the canonical emojis for which an id stands; none to delete its row."""
        key = {"emoji_id": str(emoji_id)}
        async with self._database.write() as connection:
            if not stands_for:
                is_stored = application_emoji.c.emoji_id == key["emoji_id"]
                await connection.execute(delete(application_emoji).where(is_stored))
                return
            value = {"stands_for": list(stands_for)}
            insert = self._database.insert(application_emoji).values(key | value)
            await connection.execute(
                insert.on_conflict_do_update(index_elements=[*key], set_=value)
            )

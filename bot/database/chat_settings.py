"""What communities and chats chose for themselves."""

from datetime import UTC, datetime

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.chat_settings.overrides import apply_override, apply_overrides
from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import MessageRef
from bot.database.queries import find_or_create_community, is_community
from bot.database.tables import chat_setting, community
from bot.database.transaction import Database


class SqlChatSettingStore:
    """The overrides of communities and chats."""

    def __init__(self, database: Database, defaults: ChatSettings) -> None:
        """Use an open database; ``defaults`` hold if a community has not chosen."""
        self._database = database
        self._defaults = defaults

    async def get(self, ref: MessageRef, parent: str = "") -> ChatSettings:
        """The defaults under the community's choices under the parent's under the chat's."""
        async with self._database.read() as connection:
            return await self.get_with(connection, ref, parent)

    async def get_with(
        self, connection: AsyncConnection, ref: MessageRef, parent: str
    ) -> ChatSettings:
        """Return the same as ``get``, read in the caller's transaction."""
        places = ("", parent, ref.chat)
        query = (
            select(chat_setting.c.chat, chat_setting.c.key, chat_setting.c.value)
            .join(community)
            .where(is_community(ref), chat_setting.c.chat.in_(places))
        )
        rows = (await connection.execute(query)).all()
        rows = sorted(rows, key=lambda row: places.index(row.chat))
        return apply_overrides(self._defaults, {row.key: row.value for row in rows})

    async def overrides(self, ref: MessageRef) -> dict[str, dict[str, object]]:
        """What the community chose: chat (empty for everywhere) -> key -> stored value."""
        query = (
            select(chat_setting.c.chat, chat_setting.c.key, chat_setting.c.value)
            .join(community)
            .where(is_community(ref))
            .order_by(chat_setting.c.chat, chat_setting.c.key)
        )
        found: dict[str, dict[str, object]] = {}
        async with self._database.read() as connection:
            for chat, key, value in await connection.execute(query):
                found.setdefault(chat, {})[key] = value
        return found

    async def remove_override(self, ref: MessageRef, key: str, *, everywhere: bool = False) -> None:
        """Take a choice back: what lies under it holds again."""
        here = select(community.c.id).where(is_community(ref)).scalar_subquery()
        place = chat_setting.c.chat == ("" if everywhere else ref.chat)
        choice = and_(chat_setting.c.community_id == here, place, chat_setting.c.key == key)
        async with self._database.write() as connection:
            await connection.execute(delete(chat_setting).where(choice))

    async def set_override(
        self, ref: MessageRef, key: str, value: object, *, everywhere: bool = False
    ) -> None:
        """Keep a choice of the chat, or of the whole community with ``everywhere``.

        Raises:
            KeyError, ValueError: see ``bot.core.chat_settings.overrides.apply_override``.
        """
        apply_override(self._defaults, key, value)
        async with self._database.write() as connection:
            row = {
                "community_id": await find_or_create_community(self._database, connection, ref),
                "chat": "" if everywhere else ref.chat,
                "key": key,
                "value": value,
                "updated_at": datetime.now(UTC),
            }
            await connection.execute(
                self._database.insert(chat_setting)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["community_id", "chat", "key"],
                    set_={"value": row["value"], "updated_at": row["updated_at"]},
                )
            )

    async def move_overrides(self, old: MessageRef, new: MessageRef) -> None:
        """A community goes on under another id: what it chose holds there, unless it chose anew."""
        query = select(chat_setting).join(community).where(is_community(old))
        async with self._database.write() as connection:
            chosen = (await connection.execute(query)).all()
            if not chosen:
                return
            there = await find_or_create_community(self._database, connection, new)
            rows = [
                {
                    "community_id": there,
                    "chat": new.chat if row.chat == old.chat else row.chat,
                    "key": row.key,
                    "value": row.value,
                    "updated_at": row.updated_at,
                }
                for row in chosen
            ]
            await connection.execute(
                self._database.insert(chat_setting).values(rows).on_conflict_do_nothing()
            )

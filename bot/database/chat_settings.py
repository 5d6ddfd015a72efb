"""Stored overrides of communities and chats."""

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
        """Use an open database; ``defaults`` hold if a community has no override."""
        self._database = database
        self._defaults = defaults

    async def get(self, ref: MessageRef, parent: str = "") -> ChatSettings:
        """Return the chat's overrides over its parent's, the community's, and the defaults."""
        async with self._database.read() as connection:
            return (await self.get_with(connection, ref, parent))[0]

    async def get_with(
        self, connection: AsyncConnection, ref: MessageRef, parent: str
    ) -> tuple[ChatSettings, int]:
        """Return the same as ``get`` and the version of the rules, in the caller's transaction."""
        chats = ("", parent, ref.chat)
        here = and_(chat_setting.c.community_id == community.c.id, chat_setting.c.chat.in_(chats))
        query = (
            select(
                community.c.rules_version,
                chat_setting.c.chat,
                chat_setting.c.key,
                chat_setting.c.value,
            )
            .outerjoin_from(community, chat_setting, here)
            .where(is_community(ref))
        )
        rows = (await connection.execute(query)).all()
        overrides = sorted(
            (row for row in rows if row.key is not None), key=lambda row: chats.index(row.chat)
        )
        settings = apply_overrides(self._defaults, {row.key: row.value for row in overrides})
        return settings, rows[0].rules_version if rows else 0

    async def overrides(self, ref: MessageRef) -> dict[str, dict[str, object]]:
        """Return the overrides of a community: chat (empty for all) -> key -> stored value."""
        query = (
            select(chat_setting.c.chat, chat_setting.c.key, chat_setting.c.value)
            .join(community)
            .where(is_community(ref))
            .order_by(chat_setting.c.chat, chat_setting.c.key)
        )
        overrides: dict[str, dict[str, object]] = {}
        async with self._database.read() as connection:
            for chat, key, value in await connection.execute(query):
                overrides.setdefault(chat, {})[key] = value
        return overrides

    async def remove_override(self, ref: MessageRef, key: str, *, everywhere: bool = False) -> None:
        """Delete an override of the chat, or of the whole community with ``everywhere``."""
        community_id = select(community.c.id).where(is_community(ref)).scalar_subquery()
        chat = chat_setting.c.chat == ("" if everywhere else ref.chat)
        override = and_(
            chat_setting.c.community_id == community_id, chat, chat_setting.c.key == key
        )
        async with self._database.write() as connection:
            await connection.execute(delete(chat_setting).where(override))

    async def set_override(
        self, ref: MessageRef, key: str, value: object, *, everywhere: bool = False
    ) -> None:
        """Store an override for the chat, or for the whole community with ``everywhere``.

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
        """Copy overrides to a community's new id; those that it has there already stay."""
        query = select(chat_setting).join(community).where(is_community(old))
        async with self._database.write() as connection:
            overrides = (await connection.execute(query)).all()
            if not overrides:
                return
            new_id = await find_or_create_community(self._database, connection, new)
            rows = [
                {
                    "community_id": new_id,
                    "chat": new.chat if row.chat == old.chat else row.chat,
                    "key": row.key,
                    "value": row.value,
                    "updated_at": row.updated_at,
                }
                for row in overrides
            ]
            await connection.execute(
                self._database.insert(chat_setting).values(rows).on_conflict_do_nothing()
            )

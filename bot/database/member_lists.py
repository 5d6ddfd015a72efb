"""The members on the lists of chats, which are settings of theirs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.chat_settings.list_types import MemberSet
from bot.core.chat_settings.setting import SETTINGS
from bot.core.events import MemberKey
from bot.database.tables import chat_setting, community

_LISTS = tuple(name for name, setting in SETTINGS.items() if isinstance(setting.type, MemberSet))


async def lists_with(
    connection: AsyncConnection, platform: str, member: MemberKey
) -> list[dict[str, object]]:
    """Return where a member is on a list, as JSON values."""
    rows = await _rows_with(connection, platform, member)
    return [{"community": row.external_id, "chat": row.chat, "list": row.key} for row in rows]


async def erase_from_lists(connection: AsyncConnection, platform: str, member: MemberKey) -> int:
    """Take a member off all lists of a platform; return their number."""
    rows = await _rows_with(connection, platform, member)
    for row in rows:
        left = [key for key in row.value if key != member]
        is_row = chat_setting.c.id == row.id
        await connection.execute(update(chat_setting).where(is_row).values(value=left))
    return len(rows)


async def _rows_with(
    connection: AsyncConnection, platform: str, member: MemberKey
) -> Sequence[Row[Any]]:
    here = and_(community.c.platform == platform, chat_setting.c.key.in_(_LISTS))
    query = select(chat_setting, community.c.external_id).join_from(chat_setting, community)
    rows = (await connection.execute(query.where(here).order_by(chat_setting.c.id))).all()
    return [row for row in rows if isinstance(row.value, list) and member in row.value]

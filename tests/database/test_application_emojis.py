"""Meanings of the application's emojis."""

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.store import SqlStore

SNOWFLAKE = 2**63 - 1


async def test_a_meaning_is_assigned_replaced_and_deleted(any_engine: AsyncEngine) -> None:
    emojis = SqlStore(any_engine).application_emojis
    await emojis.assign(SNOWFLAKE, ["🎉", "🥳"])
    await emojis.assign(1, ["😂"])
    await emojis.assign(SNOWFLAKE, ["❤"])
    assert await emojis.meanings() == {SNOWFLAKE: ("❤",), 1: ("😂",)}
    await emojis.assign(1, [])
    await emojis.assign(2, [])
    assert await emojis.meanings() == {SNOWFLAKE: ("❤",)}

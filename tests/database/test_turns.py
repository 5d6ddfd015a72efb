"""Writers of one process on SQLite, which has one writer at a time."""

import asyncio
from sqlite3 import Connection

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.store import SqlStore
from bot.database.transaction import Database
from tests.core.fakes import ANNA


async def test_writers_of_one_process_wait_for_each_other_in_order(
    engine: AsyncEngine, store: SqlStore
) -> None:
    """Not in SQLite, which lets others pass, and gives up after a time."""

    @event.listens_for(engine.sync_engine, "checkout")
    def refuse_to_wait(connection: Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=0")

    await asyncio.gather(
        *(store.members.set_opted_out("console", ANNA, bool(number % 2)) for number in range(30))
    )
    assert await store.members.is_opted_out("console", ANNA)


async def test_a_reader_does_not_wait(engine: AsyncEngine) -> None:
    database = Database(engine)
    async with database.write(), database.read():
        pass


async def test_a_failed_writer_gives_its_turn_away(engine: AsyncEngine) -> None:
    database = Database(engine)
    for _ in range(2):
        with pytest.raises(ValueError, match="mine"):
            async with database.write():
                raise ValueError("mine")

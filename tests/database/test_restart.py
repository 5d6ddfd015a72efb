"""PostgreSQL restarts while the bot holds connections."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.core.errors import StoreFailed
from bot.database.store import SqlStore
from bot.database.transaction import transaction

KILL = text(
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid()"
)


async def test_the_first_operation_after_a_restart_succeeds(
    postgres_engine: AsyncEngine, postgres_url: str
) -> None:
    store = SqlStore(postgres_engine)
    assert not await store.members.exist()
    other = create_async_engine(postgres_url)
    async with other.begin() as connection:
        await connection.execute(KILL)
    await other.dispose()
    assert not await store.members.exist()


async def test_a_server_that_does_not_listen_is_a_store_that_failed() -> None:
    engine = create_async_engine("postgresql+asyncpg://postgres@127.0.0.1:1/test")
    with pytest.raises(StoreFailed):
        async with transaction(engine):
            pass
    await engine.dispose()

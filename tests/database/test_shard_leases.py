"""Leases of shards."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.shard_leases import GatewaySession, Leaseholder, ShardLease, ShardLeaseStore
from bot.database.store import SqlStore
from bot.database.tables import shard_lease

LONG, NO_TIME = timedelta(hours=1), timedelta(0)
SESSION = GatewaySession("f00d", "wss://gateway.example", 7)


@pytest.fixture(params=["sqlite", "postgresql"])
def leases(request: pytest.FixtureRequest) -> ShardLeaseStore:
    name = "engine" if request.param == "sqlite" else "postgres_engine"
    engine: AsyncEngine = request.getfixturevalue(name)
    return SqlStore(engine).shard_leases


def holder(name: str, duration: timedelta = LONG, count: int = 2) -> Leaseholder:
    return Leaseholder("bot", count, name, duration)


async def acquire(leases: ShardLeaseStore, who: Leaseholder) -> ShardLease | None:
    return await leases.acquire(who, 1, NO_TIME)


async def test_each_shard_has_one_holder(leases: ShardLeaseStore) -> None:
    wanted = [acquire(leases, holder(f"process {number}")) for number in range(5)]
    taken = [lease for lease in await asyncio.gather(*wanted) if lease is not None]
    assert sorted(lease.shard for lease in taken) == [0, 1]
    assert {lease.session for lease in taken} == {None}
    # Another number of shards divides the servers anew.
    assert await acquire(leases, holder("process 5", count=1)) == ShardLease(0, None)


async def test_an_expired_lease_is_taken_over_with_its_session(leases: ShardLeaseStore) -> None:
    dead, other = holder("dead", NO_TIME, count=1), holder("other", count=1)
    assert await acquire(leases, dead) == ShardLease(0, None)
    assert await leases.renew(dead, {0: SESSION}) == {0}  # expired, and nobody took it
    assert await acquire(leases, other) == ShardLease(0, SESSION)
    assert await leases.renew(dead, {0: GatewaySession("beef", "", 9)}) == set()
    assert await acquire(leases, dead) is None
    await leases.release(dead, {}, [0])
    assert await acquire(leases, dead) is None
    await leases.release(other, {}, [0])
    assert await acquire(leases, dead) == ShardLease(0, SESSION)


async def test_sessions_start_with_a_pause(leases: ShardLeaseStore) -> None:
    who = holder("process", count=4)
    assert [await leases.acquire(who, 2, LONG) for _ in range(3)] == [
        ShardLease(0, None),
        ShardLease(1, None),
        None,
    ]
    await leases.release(who, {}, [0])
    assert await leases.acquire(who, 2, LONG) is None  # released, but it started of late
    assert await leases.acquire(who, 2, NO_TIME) == ShardLease(0, None)


async def test_leases_that_were_given_up_are_deleted(engine: AsyncEngine) -> None:
    leases = SqlStore(engine).shard_leases
    await acquire(leases, holder("process"))
    await leases.purge(datetime.now(UTC))
    async with engine.connect() as connection:
        assert list((await connection.execute(select(shard_lease.c.shard))).scalars()) == [0]

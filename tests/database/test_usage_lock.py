"""Locks: a user of a database keeps a restore away, and it them; none outlives a process."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.core.errors import StoreFailed
from bot.database.engine import build_engine, open_database, sqlite_path, upgrade
from bot.database.exclusion import excluded
from bot.database.transaction import transaction
from bot.database.usage_lock import DatabaseExcluded, DatabaseInUse
from tests.database.postgres import temporary_database

ROOT = Path(__file__).parents[2]
STARTS = 3


@pytest.fixture
def empty_postgres_url() -> Iterator[str]:
    with temporary_database("locks") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, url: str) -> str:
    if request.param == "sqlite":
        return url
    return str(request.getfixturevalue("empty_postgres_url"))


async def start(url: str) -> asyncio.subprocess.Process:
    """Start a process that opens the database and reports it."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, url),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def another_user(url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that has the database open."""
    process = await start(url)
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"open\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_running_process_excludes_a_restore_until_it_is_killed(any_url: str) -> None:
    async with another_user(any_url) as process:
        with pytest.raises(DatabaseInUse, match="stop the bot"):
            async with excluded(any_url):
                pass
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await eventually_excluded(any_url)


async def eventually_excluded(url: str) -> None:
    """PostgreSQL notices a moment later that the other end of a connection is gone."""
    async with asyncio.timeout(10):
        while True:
            try:
                async with excluded(url):
                    return
            except DatabaseInUse:
                await asyncio.sleep(0.02)


async def test_several_processes_share_a_database(any_url: str) -> None:
    async with another_user(any_url):
        engine = await open_database(any_url)
        async with engine.connect() as connection:
            await connection.execute(text("select 1"))
        await engine.dispose()
        with pytest.raises(DatabaseInUse):
            async with excluded(any_url):
                pass


async def test_a_disposed_engine_releases_the_lock(any_url: str) -> None:
    engine = await open_database(any_url)
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))
    with pytest.raises(DatabaseInUse):
        async with excluded(any_url):
            pass
    await engine.dispose()
    await eventually_excluded(any_url)


async def test_no_process_starts_during_a_restore(url: str) -> None:
    await upgrade(url)
    async with excluded(url):
        for attempt in (open_database(url), upgrade(url)):
            with pytest.raises(DatabaseExcluded, match="start again afterwards"):
                await attempt
        with pytest.raises(DatabaseInUse):
            async with excluded(url):
                pass
    await (await open_database(url)).dispose()


async def test_reconnecting_during_a_restore_is_refused(empty_postgres_url: str) -> None:
    """A bot whose connections broke, and whose database is being restored meanwhile."""
    engine = await open_database(empty_postgres_url)
    async with excluded(empty_postgres_url):
        with pytest.raises(StoreFailed, match="being restored"):
            async with transaction(engine) as connection:
                await connection.execute(text("select 1"))
    async with transaction(engine) as connection:
        await connection.execute(text("select 1"))
    await engine.dispose()


async def test_a_migration_waits_for_a_restore(empty_postgres_url: str) -> None:
    async with excluded(empty_postgres_url):
        migrating = asyncio.create_task(upgrade(empty_postgres_url))
        await asyncio.wait([migrating], timeout=0.3)
        assert not migrating.done()
    await migrating


async def test_processes_that_migrate_at_once_all_start(any_url: str) -> None:
    processes = [await start(any_url) for _ in range(STARTS)]
    for process in processes:
        out, err = await process.communicate(b"end\n")
        assert (process.returncode, out, err) == (0, b"open\n", b"")
    engine = build_engine(any_url)
    async with engine.connect() as connection:
        counted = await connection.execute(text("select count(*) from alembic_version"))
        assert counted.scalar() == 1
    await engine.dispose()


async def test_the_lock_file_is_private(url: str) -> None:
    await (await open_database(url)).dispose()
    path = sqlite_path(url)
    assert path is not None
    lock = path.with_name(path.name + ".lock")
    assert (lock.stat().st_mode & 0o777, lock.stat().st_size) == (0o600, 0)


async def use(url: str) -> None:
    """Keep the database open until a line arrives."""
    engine = await open_database(url)
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(use(sys.argv[1]))

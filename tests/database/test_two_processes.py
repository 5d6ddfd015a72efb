"""Two processes on one database file."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import func, select

from bot.core.events import FeedbackResult
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.database.tables import feedback, prediction
from tests.core.fakes import make_feedback
from tests.database.rows import record

MESSAGES = 60
ROOT = Path(__file__).parents[2]


async def write(url: str, first: int) -> None:
    """Record messages with feedback; message 0 is common to both."""
    engine = await open_database(url)
    store = SqlStore(engine)
    for number in ("0", *(str(first + n) for n in range(1, MESSAGES))):
        await record(store, number)
        assert await store.feedback.add(make_feedback(number)) is FeedbackResult.RECORDED
    await engine.dispose()


async def run(url: str, first: int) -> tuple[int | None, bytes]:
    """Write in a subprocess; return its exit status and standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, url, str(first)),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    return process.returncode, errors


async def test_two_processes_write_concurrently(url: str) -> None:
    # Neither finds a database at the start: they also race for the migrations.
    for ended in await asyncio.gather(run(url, 1000), run(url, 2000)):
        assert ended == (0, b"")
    engine = await open_database(url)
    async with engine.connect() as connection:
        for table in (prediction, feedback):
            counted = await connection.execute(select(func.count()).select_from(table))
            assert counted.scalar() == 2 * MESSAGES - 1
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], int(sys.argv[2])))

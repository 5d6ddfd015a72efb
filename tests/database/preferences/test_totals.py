"""Sums of counts: changes, replacement, and concurrent or killed processes."""

import asyncio
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.events import FeedbackKind
from bot.core.preferences.counts import OUTSIDE_TOP_K, Counts
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.database.tables import feedback, prediction, preference_count
from tests.core.fakes import MOMENT, make_feedback, message, ref
from tests.database.preferences.stored_counts import counts_of, member, pending_counts
from tests.database.rows import count, record

ROOT = Path(__file__).parents[3]


async def test_votes_alone_are_changes(store: SqlStore) -> None:
    await record(store)
    long_ago = MOMENT - timedelta(days=365)
    assert await store.preferences.changes(long_ago) == {}
    await store.feedback.add(make_feedback())
    (changed,) = (await store.preferences.changes(long_ago)).items()
    assert changed[0] == ("console", "home")
    assert await store.preferences.changes(changed[1] + timedelta(seconds=1)) == {}


async def test_replacing_counts_leaves_no_old_ones(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback())
    given = {"🔥": Counts(shown=3, corrected=2)}
    await store.preferences.replace_counts(ref(), given, MOMENT)
    pending = await pending_counts(store)
    assert pending["🔥"].as_tuple() == pytest.approx(given["🔥"].as_tuple())
    assert set(pending) == {"🔥", OUTSIDE_TOP_K}
    await store.preferences.replace_counts(ref(), {}, MOMENT)
    assert not any((await counts_of(store, OUTSIDE_TOP_K)).as_tuple())
    assert await store.preferences.changes(MOMENT)


async def test_recent_counts_are_those_of_communities_with_the_latest_votes(
    store: SqlStore,
) -> None:
    for community in ("a", "b", "c"):
        scored = replace(message(), ref=ref(community=community))
        await record(store, scored)
        await store.feedback.add(
            replace(make_feedback(kind=FeedbackKind.CORRECT, emoji="🔥"), ref=scored.ref)
        )
    await record(store, replace(message(), ref=ref(community="without votes")))
    recent = await store.preferences.recent_counts(10, MOMENT)
    assert [counts["😂"].passed_over for counts in recent] == pytest.approx([1, 1, 1])
    assert len(await store.preferences.recent_counts(2, MOMENT)) == 2
    assert await store.preferences.recent_counts(0, MOMENT) == []


async def write_votes(url: str, first: int, messages: int) -> None:
    """Store messages, each with a vote, and print the number of each once it is stored."""
    engine = await open_database(url)
    store = SqlStore(engine)
    for number in range(first, first + messages):
        await record(store, str(number))
        await store.feedback.add(make_feedback(str(number), actor=member(number)))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
    await engine.dispose()


async def _start_writer(url: str, first: int, messages: int) -> asyncio.subprocess.Process:
    arguments = (sys.executable, "-m", __name__, url, str(first), str(messages))
    return await asyncio.create_subprocess_exec(
        *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )


async def test_a_killed_process_loses_no_count(url: str) -> None:
    process = await _start_writer(url, 0, 1_000_000)
    assert process.stdout is not None
    for _ in range(40):
        await process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    engine = await open_database(url)
    pending = await counts_of(SqlStore(engine))
    # The counts equal those of the stored rows, to the last one.
    votes, rows = await count(engine, feedback), await count(engine, prediction)
    sums = await pending_counts(SqlStore(engine))
    await engine.dispose()
    assert pending.agreed == pytest.approx(votes)
    assert pending.agreed > 39.5
    assert sums["😂"].expected_kept / sums["😂"].shown == pytest.approx(0.612346)
    assert rows - round(pending.agreed) in (0, 1)


async def test_two_processes_add_to_the_same_sums(url: str) -> None:
    both = [await _start_writer(url, first, 40) for first in (0, 1000)]
    for process in both:
        await process.communicate()
        assert process.returncode == 0
    engine = await open_database(url)
    assert (await counts_of(SqlStore(engine))).agreed == pytest.approx(80)
    assert await count(engine, preference_count) == 2
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(write_votes(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

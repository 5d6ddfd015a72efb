"""Bad rows, which other tools or a damaged file have left."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.check import CheckResult, check_rows
from bot.database.store import SqlStore
from tests.core.fakes import BEN, make_feedback, ref
from tests.database.rows import record
from tests.dataset.community import exported, member, say

GOSSIP = "my neighbour steals"
BAD_OUTCOMES = (
    "predictions = '[[\"my neighbour steals\", 0.5]]', model_scores = '[0.5]'",
    "predictions = 'no JSON'",
    "predictions = '{}'",
    "model_scores = '[0.1]'",
    "shown = '[1]'",
    "shown = '[\"x\"]'",
    "predictions = '[[\"😂\", 7.0]]', model_scores = '[0.5]'",
    "created_at = 'yesterday'",
)
BAD_FEEDBACK = ("emoji = 'my neighbour steals'", "kind = 'love'", "source = 'rumour'")


async def alter(engine: AsyncEngine, statement: str) -> None:
    """Write as another tool would, past the checks of the tables."""
    async with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            await connection.execute(text("pragma ignore_check_constraints = on"))
        await connection.execute(text(statement.replace(":", r"\:")))
        if engine.dialect.name == "sqlite":
            await connection.execute(text("pragma ignore_check_constraints = off"))


async def definition(engine: AsyncEngine, constraint: str) -> str:
    """Return the SQL of a constraint in PostgreSQL; other tests share the database."""
    query = text("select pg_get_constraintdef(oid) from pg_constraint where conname = :name")
    async with engine.connect() as connection:
        return str((await connection.execute(query, {"name": constraint})).scalar_one())


async def test_sound_rows_stay(any_engine: AsyncEngine) -> None:
    store = SqlStore(any_engine)
    assert await check_rows(any_engine) == CheckResult()
    for number in range(3):
        await say(store, number, member(number))
        await store.unprompted.count(ref(str(number)), BEN, "🔥", make_feedback().at)  # type: ignore[arg-type]
    assert await check_rows(any_engine, fix=True) == CheckResult()
    assert await store.outcomes.find(ref("2")) is not None


@pytest.mark.parametrize("change", BAD_OUTCOMES)
async def test_a_bad_outcome_is_left_out_and_deleted(
    engine: AsyncEngine, tmp_path: Path, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = SqlStore(engine)
    for number in range(3):
        await say(store, number, member(number))
    await alter(engine, f"update prediction set {change} where message = '1'")  # noqa: S608
    with caplog.at_level(logging.WARNING):
        assert len(await exported(engine, tmp_path / "out")) == 2
    assert "emoji-reactor db check" in caplog.text
    assert "neighbour" not in caplog.text
    assert (await check_rows(engine)).bad_rows == {"prediction": 1}
    assert (await check_rows(engine, fix=True)).bad_rows == {"prediction": 1}
    assert await check_rows(engine) == CheckResult()
    assert len(await exported(engine, tmp_path / "out")) == 2
    assert await store.outcomes.find(ref("2")) is not None


@pytest.mark.parametrize("change", BAD_FEEDBACK)
async def test_bad_feedback_is_left_out_and_deleted(
    engine: AsyncEngine, tmp_path: Path, change: str
) -> None:
    store = SqlStore(engine)
    for number in range(3):
        await say(store, number, member(number))
    await store.feedback.add(make_feedback("2", emoji="🔥", actor=member(7)))
    await alter(engine, f"update feedback set {change} where id in (2, 4)")  # noqa: S608
    rows = await exported(engine, tmp_path / "out")
    assert sorted(len(row.feedback) for row in rows) == [1, 1]
    assert (await check_rows(engine, fix=True)).bad_rows == {"feedback": 2}
    assert await check_rows(engine) == CheckResult()


async def test_bad_emojis_are_deleted_wherever_they_are(any_engine: AsyncEngine) -> None:
    store = SqlStore(any_engine)
    await record(store)
    await store.feedback.add(make_feedback())
    tables = ("preference_count", "daily_vote", "feedback")
    restore = []
    for table in tables:
        if any_engine.dialect.name == "postgresql":
            name = f"ck_{table}_emoji"
            restore.append(
                f"alter table {table} add constraint {name} {await definition(any_engine, name)}"
            )
            await alter(any_engine, f"alter table {table} drop constraint {name}")
        await alter(any_engine, f"update {table} set emoji = '{GOSSIP}' where emoji = '😂'")  # noqa: S608
    try:
        found = await check_rows(any_engine)
        assert found.bad_rows == dict.fromkeys(tables, 1)
        assert (await check_rows(any_engine, fix=True)) == found
        assert await check_rows(any_engine) == CheckResult()
    finally:
        for statement in restore:
            await alter(any_engine, statement)


async def test_a_damaged_file_is_reported(engine: AsyncEngine, file: Path) -> None:
    store = SqlStore(engine)
    for number in range(200):
        await record(store, str(number))
    async with engine.connect() as connection:
        await connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    await engine.dispose()
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    file.write_bytes(content)
    assert (await check_rows(engine)).damage

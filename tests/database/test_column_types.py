"""Values that the database refuses and replaces, alike on SQLite and PostgreSQL."""

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.errors import StoreFailed
from bot.database.store import SqlStore
from bot.database.tables import (
    community,
    daily_unprompted,
    daily_vote,
    feedback,
    prediction,
    preference_count,
)
from bot.database.transaction import transaction
from model.emoji import emoji_names
from tests.core.fakes import MOMENT, make_feedback, ref
from tests.database.rows import record

EMOJI_TABLES = (feedback, preference_count, daily_vote, daily_unprompted)
GOSSIP = "my neighbour steals"
HALF = "a\0b\ud83dc"


@pytest.mark.parametrize("table", [table.name for table in EMOJI_TABLES])
@pytest.mark.parametrize(
    "emoji", [GOSSIP, "сосед", "隣人", ":my neighbour steals:", "::", ":a:", f":{'a' * 33}:", "😂x"]
)
async def test_the_database_itself_takes_nothing_but_emojis(
    any_engine: AsyncEngine, table: str, emoji: str
) -> None:
    store = SqlStore(any_engine)
    await record(store)
    await store.feedback.add(make_feedback())
    await store.unprompted.count(ref("2"), make_feedback().actor, "🔥", MOMENT)  # type: ignore[arg-type]
    if table == "daily_unprompted":
        row = "insert into daily_unprompted values (1, 1, '🔥', 'x')"
        async with any_engine.begin() as connection:
            await connection.execute(text(row))
    changed = text(f"update {table} set emoji = :emoji")  # noqa: S608 - names of tables
    with pytest.raises(IntegrityError, match=f"ck_{table}_emoji"):
        async with any_engine.begin() as connection:
            await connection.execute(changed, {"emoji": emoji})


async def test_every_emoji_can_be_stored(any_engine: AsyncEngine) -> None:
    emojis = [*emoji_names(), ":blob_wave:", ":A1:", f":{'x' * 32}:"]
    async with any_engine.begin() as connection:
        await connection.execute(
            insert(community).values(platform="web", external_id="web", created_at=MOMENT)
        )
        row = {"community_id": 1, "day": 1, "member": "x"}
        await connection.execute(insert(daily_unprompted), [{**row, "emoji": e} for e in emojis])
        stored = (await connection.execute(select(daily_unprompted.c.emoji))).scalars().all()
    assert sorted(stored) == sorted(emojis)


async def test_what_cannot_be_stored_is_replaced(any_engine: AsyncEngine) -> None:
    async with any_engine.begin() as connection:
        await connection.execute(
            insert(community).values(platform="web", external_id="a\0b", created_at=MOMENT)
        )
        values = dict.fromkeys(
            ("chat", "message", "author", "artifact_version", "text"), "a\x00b�c"
        )
        lists = {name: [HALF] for name in ("predictions", "model_scores", "shown")}
        await connection.execute(
            insert(prediction).values(community_id=1, created_at=MOMENT, **values, **lists)
        )
        stored = (await connection.execute(select(prediction))).one()
        found = select(community.c.id).where(community.c.external_id == "a\0b")
        assert (await connection.execute(found)).scalar() == 1
    assert stored.text == stored.author == "a\ufffdb\ufffdc"
    assert stored.shown == ["a\0b\ufffdc"]


async def execute(engine: AsyncEngine, statement: str) -> None:
    async with transaction(engine) as connection:
        await connection.execute(text(statement), {"x": GOSSIP})


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("select cast(:x as integer) + 1", "DataError"),
        ("insert into community (platform, external_id) values (:x, :x)", "(SQLSTATE 2"),
        ("select cast(cast(:x as text) as integer)", "(SQLSTATE 22P02)"),
    ],
)
async def test_an_error_of_postgresql_quotes_no_argument(
    postgres_engine: AsyncEngine, statement: str, error: str
) -> None:
    with pytest.raises(StoreFailed) as caught:
        await execute(postgres_engine, statement)
    assert "neighbour" not in str(caught.value)
    assert error in str(caught.value)


async def test_an_error_of_sqlite_quotes_no_argument(engine: AsyncEngine) -> None:
    with pytest.raises(StoreFailed) as caught:
        await execute(engine, "insert into community (platform, external_id) values (:x, :x)")
    assert str(caught.value) == "NOT NULL constraint failed: community.created_at"


async def test_a_refused_emoji_is_not_quoted(any_engine: AsyncEngine) -> None:
    store = SqlStore(any_engine)
    await record(store)
    with pytest.raises(StoreFailed) as caught:
        await store.feedback.add(make_feedback(emoji=GOSSIP))
    assert str(caught.value) == "ValueError"

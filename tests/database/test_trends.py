"""Feedback trends of a database."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import MessageRef
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.database.tables import community, feedback, prediction
from bot.database.trends import KeptShare, _day, compute_trends

MONDAY = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 3, 0, 1, tzinfo=UTC)
NUMBERS = count()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'trends.db'}")
    async with opened.begin() as connection:
        rows = [
            {"id": number, "platform": "discord", "external_id": name, "created_at": MONDAY}
            for number, name in enumerate(("one", "two"), start=1)
        ]
        await connection.execute(insert(community), rows)
    yield opened
    await opened.dispose()


async def record_outcome(
    engine: AsyncEngine, chosen: Sequence[str], chat: int = 1, at: datetime = MONDAY
) -> int:
    row = {"community_id": chat, "chat": "c", "message": str(next(NUMBERS)), "author": "a"}
    row |= {
        "artifact_version": "v",
        "predictions": [],
        "model_scores": [],
        "created_at": at,
        "shown": list(chosen),
    }
    async with engine.begin() as connection:
        made = insert(prediction).values(row).returning(prediction.c.id)
        return int((await connection.execute(made)).scalar_one())


async def record_feedback(
    engine: AsyncEngine, record_outcome: int, kind: str, emoji: str, actor: str = "b"
) -> None:
    row = {"prediction_id": record_outcome, "actor": actor, "kind": kind, "emoji": emoji}
    row |= {"source": "reaction", "given_at": TUESDAY}
    async with engine.begin() as connection:
        await connection.execute(insert(feedback).values(row))


async def test_an_empty_database_has_no_trends(database: AsyncEngine) -> None:
    counted = await compute_trends(database)
    assert (counted.by_emoji, counted.by_community, counted.by_day) == ({}, {}, {})
    assert not counted.corrections


async def test_a_removal_counts_for_its_emoji(database: AsyncEngine) -> None:
    first = await record_outcome(database, ["😂", "🔥"])
    await record_outcome(database, ["😂"])
    await record_feedback(database, first, "remove", "🔥")
    await record_feedback(database, first, "remove", "🔥", actor="c")
    counted = await compute_trends(database)
    assert counted.by_emoji == {"😂": KeptShare(2, 2), "🔥": KeptShare(1, 0)}
    assert list(counted.by_emoji) == ["😂", "🔥"]
    assert counted.by_community == {("discord", "one"): KeptShare(2, 1)}


async def test_trends_of_a_community_exclude_others(database: AsyncEngine) -> None:
    await record_outcome(database, ["😂"])
    lost = await record_outcome(database, ["🔥"], chat=2)
    await record_outcome(database, ["🔥"], chat=2)
    await record_feedback(database, lost, "remove", "🔥")
    store = SqlStore(database)
    assert await store.outcomes.kept_by_emoji(MessageRef("discord", "one", "c", "")) == {
        "😂": KeptShare(1, 1)
    }
    assert await store.outcomes.kept_by_emoji(MessageRef("discord", "two", "c", "")) == {
        "🔥": KeptShare(2, 1)
    }
    assert await store.outcomes.kept_by_emoji(MessageRef("telegram", "one", "c", "")) == {}


async def test_a_dislike_counts_once_for_each_shown_emoji(
    database: AsyncEngine,
) -> None:
    both = await record_outcome(database, ["😂", "🔥"])
    await record_feedback(database, both, "dislike", "")
    await record_feedback(database, both, "remove", "😂", actor="c")
    assert (await compute_trends(database)).by_emoji == {
        "😂": KeptShare(1, 0),
        "🔥": KeptShare(1, 0),
    }


async def test_agreements_and_corrections_keep_the_shown_emoji(database: AsyncEngine) -> None:
    both = await record_outcome(database, ["😂"])
    await record_feedback(database, both, "agree", "😂")
    await record_feedback(database, both, "correct", "😭")
    assert (await compute_trends(database)).by_emoji == {"😂": KeptShare(1, 1)}


async def test_days_and_communities_count_outcomes(database: AsyncEngine) -> None:
    await record_outcome(database, ["😂"], at=MONDAY)
    lost = await record_outcome(database, ["😂"], chat=2, at=TUESDAY)
    await record_outcome(database, ["🔥"], chat=2, at=TUESDAY)
    await record_outcome(database, [], chat=2, at=TUESDAY)
    await record_feedback(database, lost, "dislike", "😂")
    counted = await compute_trends(database)
    assert counted.by_day == {date(2026, 3, 2): KeptShare(1, 1), date(2026, 3, 3): KeptShare(2, 1)}
    assert list(counted.by_day) == sorted(counted.by_day)
    assert list(counted.by_community.items()) == [
        (("discord", "two"), KeptShare(2, 1)),
        (("discord", "one"), KeptShare(1, 1)),
    ]


async def test_corrections_are_counted_by_pair(database: AsyncEngine) -> None:
    for emojis in (["😂"], ["😂"], ["🔥", "🎉"]):
        shown = await record_outcome(database, emojis)
        await record_feedback(database, shown, "correct", "😭")
        await record_feedback(database, shown, "agree", "😂")
    swaps = (await compute_trends(database)).corrections
    assert swaps == {("😂", "😭"): 2, ("🔥", "😭"): 1, ("🎉", "😭"): 1}


def test_an_empty_share_is_zero() -> None:
    assert KeptShare(0, 0).share == 0
    assert KeptShare(4, 3).share == 0.75


def test_postgresql_counts_days_in_utc() -> None:
    sql = str(_day("postgresql").compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it out
    assert sql.startswith("to_char(timezone(")

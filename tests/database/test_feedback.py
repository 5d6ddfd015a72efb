"""Feedback upserts: twice is once, and taking back takes back."""

import asyncio
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    MemberKey,
    SkipReason,
)
from bot.database.engine import open_database
from bot.database.statistics import compute_statistics
from bot.database.store import SqlStore
from bot.database.tables import feedback, prediction
from tests.core.fakes import ANNA, BEN, MOMENT, make_feedback, ref
from tests.database.rows import OUTCOME, record

RECORDED, UNKNOWN_MESSAGE = FeedbackResult.RECORDED, FeedbackResult.UNKNOWN_MESSAGE
KNOWN = ("1", "2")
Key = tuple[str, str, str, str]

feedbacks = st.builds(
    make_feedback,
    st.sampled_from([*KNOWN, "unknown"]),
    st.sampled_from(FeedbackKind),
    st.sampled_from([None, "😂", "❤", ":party:"]),
    actor=st.sampled_from([ANNA, BEN, MemberKey("c" * 32)]),
    withdrawn=st.booleans(),
)


def key(given: Feedback) -> Key:
    return given.ref.message, given.actor, given.kind.value, given.emoji or ""


def expected(words: Iterable[Feedback]) -> set[Key]:
    """Rest of many words: a set in which each adds or takes away its key."""
    remaining: set[Key] = set()
    for each in words:
        if each.ref.message in KNOWN:
            (remaining.discard if each.withdrawn else remaining.add)(key(each))
    return remaining


async def record_known(store: SqlStore) -> None:
    for number in KNOWN:
        await record(store, number)


async def stored(engine: AsyncEngine) -> list[Key]:
    columns = (prediction.c.message, feedback.c.actor, feedback.c.kind, feedback.c.emoji)
    async with engine.connect() as connection:
        rows = await connection.execute(select(*columns).join_from(feedback, prediction))
        return [(row[0], row[1], row[2], row[3]) for row in rows]


async def keep(file: Path, words: list[Feedback]) -> list[Key]:
    engine = await open_database(f"sqlite+aiosqlite:///{file}")
    try:
        store = SqlStore(engine)
        await record_known(store)
        for each in words:
            known = each.ref.message in KNOWN
            assert await store.feedback.add(each) is (RECORDED if known else UNKNOWN_MESSAGE)
        return await stored(engine)
    finally:
        await engine.dispose()


@given(st.lists(feedbacks, max_size=12))
@settings(max_examples=25, deadline=None)
def test_any_feedback_adds_up_to_the_expected_set(words: list[Feedback]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(keep(Path(folder) / "bot.db", words))
    assert sorted(rows) == sorted(expected(words))


async def test_feedback_given_again_keeps_the_time_at_which_it_was_counted(
    store: SqlStore, engine: AsyncEngine
) -> None:
    await record_known(store)
    first = make_feedback("1")
    await store.feedback.add(first)
    await store.feedback.add(replace(first, at=first.at.replace(year=2027)))
    async with engine.connect() as connection:
        given_at = (await connection.execute(select(feedback.c.given_at))).scalars().all()
    assert given_at == [first.at]


async def test_concurrent_feedback_is_stored_once(store: SqlStore, engine: AsyncEngine) -> None:
    await record_known(store)
    results = await asyncio.gather(*(store.feedback.add(make_feedback("1")) for _ in range(10)))
    assert results == [RECORDED] * 10
    assert len(await stored(engine)) == 1


async def test_statistics_count_by_emoji(store: SqlStore, engine: AsyncEngine) -> None:
    await record_known(store)
    await record(store, "3", replace(OUTCOME, shown=(), skip_reason=SkipReason.BELOW_THRESHOLD))
    for actor in (ANNA, BEN):
        await store.feedback.add(make_feedback("1", actor=actor))
    await store.feedback.add(make_feedback("2", FeedbackKind.CORRECT, "❤"))
    await store.feedback.add(make_feedback("2", FeedbackKind.DISLIKE, None))
    counted = await compute_statistics(engine)
    assert (counted.predictions, counted.reacted) == (3, 2)
    assert counted.shown == {"😂": 2}
    assert {kind: dict(emojis) for kind, emojis in counted.feedback.items()} == {
        FeedbackKind.AGREE: {"😂": 2},
        FeedbackKind.REMOVE: {},
        FeedbackKind.DISLIKE: {"": 1},
        FeedbackKind.CORRECT: {"❤": 1},
    }
    assert counted.by_emoji() == ["😂", "❤"]


async def test_an_empty_database_counts_nothing(engine: AsyncEngine) -> None:
    counted = await compute_statistics(engine)
    assert (counted.predictions, counted.reacted, counted.by_emoji()) == (0, 0, [])


def test_emojis_are_readable_in_the_file(tmp_path: Path) -> None:
    asyncio.run(keep(tmp_path / "bot.db", []))
    content = (tmp_path / "bot.db").read_bytes()
    assert "😂".encode() in content
    assert rb"\ud83d" not in content


async def test_a_choice_replaces_the_earlier_one(store: SqlStore, engine: AsyncEngine) -> None:
    await record_known(store)
    await store.feedback.add(make_feedback("1", emoji="😢"))
    await store.feedback.add(make_feedback("2", actor=ANNA))
    source = FeedbackSource.BUTTON
    for emojis in (["😂", "🔥"], ["🔥"], ["🔥"]):
        words = [replace(make_feedback("1", emoji=emoji), source=source) for emoji in emojis]
        assert await store.feedback.replace(ref("1"), BEN, source, words) is RECORDED
    kept = [("1", BEN, "agree", "😢"), ("1", BEN, "agree", "🔥"), ("2", ANNA, "agree", "😂")]
    assert sorted(await stored(engine)) == sorted(kept)
    assert await store.feedback.replace(ref("1"), BEN, source, []) is RECORDED
    assert sorted(await stored(engine)) == sorted([kept[0], kept[2]])
    assert await store.feedback.replace(ref("unknown"), BEN, source, []) is UNKNOWN_MESSAGE


async def test_concurrent_feedback_is_counted_once_on_postgresql(
    postgres_engine: AsyncEngine,
) -> None:
    store = SqlStore(postgres_engine)
    await record_known(store)
    # Each in a transaction of its own, and all before the first commit.
    results = await asyncio.gather(*(store.feedback.add(make_feedback("1")) for _ in range(10)))
    assert results == [RECORDED] * 10
    assert len(await stored(postgres_engine)) == 1
    counts = (await store.preferences.counts(ref(), MOMENT)).pending
    assert counts["😂"].agreed == pytest.approx(1.0)


async def test_concurrent_votes_of_a_member_weigh_less_on_postgresql(
    postgres_engine: AsyncEngine,
) -> None:
    store = SqlStore(postgres_engine)
    await record_known(store)
    await asyncio.gather(*(store.feedback.add(make_feedback(number)) for number in KNOWN))
    counts = (await store.preferences.counts(ref(), MOMENT)).pending
    assert counts["😂"].agreed == pytest.approx(sum(3.0**-n for n in range(len(KNOWN))))

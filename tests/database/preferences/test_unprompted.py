"""What members use themselves where the bot put nothing: counted in company, and kept of nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import MemberKey, Outcome
from bot.core.preferences.counts import MAX_VOTES_PER_DAY, QUORUM, Counts
from bot.database.store import SqlStore
from bot.database.tables import daily_unprompted, feedback
from tests.core.fakes import BEN, MOMENT, ref
from tests.database.preferences.test_recording import counts, member, said
from tests.database.rows import OUTCOME, count, record

ALONE = replace(OUTCOME, shown=())
"""Scored, and nothing shown."""


async def use(store: SqlStore, many: int, emoji: str = "💀", *, first: int = 0) -> list[bool]:
    """Let members use an emoji on a message that was left alone."""
    await record(store, "1", ALONE)
    return [
        await store.unprompted.count(ref(), member(n), emoji, MOMENT) for n in range(first, many)
    ]


async def test_what_few_use_says_nothing(store: SqlStore) -> None:
    assert await use(store, QUORUM - 1) == [False] * (QUORUM - 1)
    assert not await said(store)


async def test_more_say_more_each_less(store: SqlStore) -> None:
    assert await use(store, QUORUM + 1) == [False, False, True, True]
    known = await said(store)
    assert known["💀"].unprompted == pytest.approx(1 / 3 + 1 / 4)
    assert sum(each.expected_chosen for each in known.values()) == pytest.approx(1 / 3 + 1 / 4)
    tally = await store.preferences.counts(ref(), MOMENT)
    assert tally.confirmed == tally.pending
    assert await store.preferences.changes(MOMENT)


async def test_one_member_is_one_whatever_they_do(store: SqlStore) -> None:
    for day in range(30):
        for number in range(10):
            await record(store, f"{day}:{number}", ALONE)
            at = MOMENT + timedelta(days=day)
            assert not await store.unprompted.count(ref(f"{day}:{number}"), BEN, "💀", at)
    assert not await said(store)


async def test_a_member_uses_so_many_emojis_a_day(store: SqlStore) -> None:
    await record(store, "1", ALONE)
    emojis = [f":e{n}:" for n in range(MAX_VOTES_PER_DAY + 5)]
    for each in emojis:
        for n in range(QUORUM):
            await store.unprompted.count(ref(), member(n), each, MOMENT)
    known = await said(store)
    assert sum(counts.unprompted > 0 for counts in known.values()) == MAX_VOTES_PER_DAY


@pytest.mark.parametrize("outcome", [OUTCOME, replace(ALONE, predictions=())])
async def test_what_was_answered_or_not_scored_counts_as_no_use(
    store: SqlStore, outcome: Outcome
) -> None:
    await record(store, "1", outcome)
    for n in range(QUORUM):
        assert not await store.unprompted.count(ref(), member(n), "💀", MOMENT)
        assert not await store.unprompted.count(ref("unknown"), member(n), "💀", MOMENT)
    assert (await counts(store, "💀")) == Counts()


async def test_of_who_used_what_the_day_is_all_that_is_kept(
    store: SqlStore, engine: AsyncEngine
) -> None:
    await record(store, "1", ALONE)
    await store.unprompted.count(ref(), BEN, "💀", MOMENT)
    told = await store.members.data("console", BEN)
    assert told["unprompted_today"] == [{"community": "home", "emoji": "💀"}]
    assert told["feedback"] == []
    assert (await store.members.data("console", MemberKey("0" * 32)))["unprompted_today"] == []
    assert await count(engine, feedback) == 0
    await store.unprompted.count(ref(), member(1), "🔥", MOMENT + timedelta(days=1))
    assert await count(engine, daily_unprompted) == 1

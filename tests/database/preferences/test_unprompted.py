"""Unprompted emojis: counted from a quorum on, and stored by member for a day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import MemberKey, Outcome
from bot.core.preferences.counts import MAX_VOTES_PER_DAY, QUORUM, Counts
from bot.database.store import SqlStore
from bot.database.tables import daily_unprompted, feedback
from model.emoji import ChosenEmoji
from tests.core.fakes import BEN, MOMENT, ref
from tests.database.preferences.stored_counts import counts_of, member, pending_counts
from tests.database.rows import OUTCOME, count, record

NOT_SHOWN = replace(OUTCOME, shown=())
"""Scored, and nothing shown."""


async def use(store: SqlStore, members: int, emoji: str = "💀") -> list[bool]:
    """Let members use an emoji on a message on which nothing was shown."""
    await record(store, "1", NOT_SHOWN)
    return [
        await store.unprompted.count(ref(), member(n), ChosenEmoji(emoji), MOMENT)
        for n in range(members)
    ]


async def test_emojis_used_by_few_members_are_not_counted(store: SqlStore) -> None:
    assert await use(store, QUORUM - 1) == [False] * (QUORUM - 1)
    assert not await pending_counts(store)


async def test_each_further_member_counts_less(store: SqlStore) -> None:
    assert await use(store, QUORUM + 1) == [False, False, True, True]
    pending = await pending_counts(store)
    assert pending["💀"].unprompted == pytest.approx(1 / 3 + 1 / 4)
    expected_chosen = [counts.expected_chosen for counts in pending.values()]
    assert sum(expected_chosen) == pytest.approx(1 / 3 + 1 / 4)
    counts = await store.preferences.counts(ref(), MOMENT)
    assert counts.confirmed == counts.pending
    assert await store.preferences.changes(MOMENT)


async def test_one_member_counts_once_whatever_they_do(store: SqlStore) -> None:
    for day in range(30):
        for number in range(10):
            await record(store, f"{day}:{number}", NOT_SHOWN)
            at = MOMENT + timedelta(days=day)
            assert not await store.unprompted.count(
                ref(f"{day}:{number}"), BEN, ChosenEmoji("💀"), at
            )
    assert not await pending_counts(store)


async def test_the_emojis_of_a_member_are_limited_to_a_number_a_day(store: SqlStore) -> None:
    await record(store, "1", NOT_SHOWN)
    emojis = [f":e{n}:" for n in range(MAX_VOTES_PER_DAY + 5)]
    for emoji in emojis:
        for n in range(QUORUM):
            await store.unprompted.count(ref(), member(n), ChosenEmoji(emoji), MOMENT)
    pending = await pending_counts(store)
    assert (
        sum(emoji_counts.unprompted > 0 for emoji_counts in pending.values()) == MAX_VOTES_PER_DAY
    )


@pytest.mark.parametrize("outcome", [OUTCOME, replace(NOT_SHOWN, predictions=())])
async def test_answered_and_unscored_messages_are_not_counted(
    store: SqlStore, outcome: Outcome
) -> None:
    await record(store, "1", outcome)
    for n in range(QUORUM):
        assert not await store.unprompted.count(ref(), member(n), ChosenEmoji("💀"), MOMENT)
        assert not await store.unprompted.count(
            ref("unknown"), member(n), ChosenEmoji("💀"), MOMENT
        )
    assert await counts_of(store, "💀") == Counts()


async def test_who_used_an_emoji_is_stored_for_the_day(
    store: SqlStore, engine: AsyncEngine
) -> None:
    await record(store, "1", NOT_SHOWN)
    await store.unprompted.count(ref(), BEN, ChosenEmoji("💀"), MOMENT)
    data = await store.members.data("console", BEN)
    assert data["unprompted_today"] == [{"community": "home", "emoji": "💀"}]
    assert data["feedback"] == []
    assert (await store.members.data("console", MemberKey("0" * 32)))["unprompted_today"] == []
    assert await count(engine, feedback) == 0
    await store.unprompted.count(ref(), member(1), ChosenEmoji("🔥"), MOMENT + timedelta(days=1))
    assert await count(engine, daily_unprompted) == 1

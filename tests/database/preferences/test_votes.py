"""Vote weights that fall with earlier votes, and the quorum that confirms counts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind, MemberKey
from bot.core.preferences.counts import HALF_LIFE, MAX_VOTES_PER_DAY, QUORUM, Counts
from bot.database.store import SqlStore
from bot.database.tables import daily_unprompted, daily_vote
from model.emoji import ChosenEmoji
from tests.core.fakes import ANNA, BEN, MOMENT, make_feedback, message, ref
from tests.database.preferences.stored_counts import counts_of, member, pending_counts
from tests.database.rows import OUTCOME, count, record


async def test_the_vote_weight_falls_within_a_day(store: SqlStore) -> None:
    for number in range(200):
        await record(store, str(number))
        await store.feedback.add(make_feedback(str(number), FeedbackKind.CORRECT, "💀"))
    pending = await pending_counts(store)
    assert pending["💀"].corrected <= 2
    assert pending["😂"].passed_over <= 2
    await record(store, "tomorrow", replace(OUTCOME, shown=()))
    tomorrow = make_feedback("tomorrow", FeedbackKind.CORRECT, "🔥")
    await store.feedback.add(replace(tomorrow, at=MOMENT + timedelta(days=1)))
    assert (await counts_of(store, "🔥", days=1)).unprompted == pytest.approx(1)


async def vote_daily(store: SqlStore, days: int, first: int = 0) -> None:
    """Let Ben correct to 💀 and dislike 😂, four times a day."""
    for number in range(first, first + 4 * days):
        await record(store, str(number))
        at = MOMENT + timedelta(days=number // 4)
        for kind, emoji in ((FeedbackKind.CORRECT, "💀"), (FeedbackKind.DISLIKE, "😂")):
            await store.feedback.add(replace(make_feedback(str(number), kind, emoji), at=at))


async def test_the_vote_weight_falls_over_many_days(store: SqlStore) -> None:
    await vote_daily(store, 60)
    pending = await pending_counts(store, days=60)
    assert pending["💀"].corrected < 1.6
    assert pending["😂"].passed_over + pending["😂"].removed < 1.6
    # The vote of another member has full weight.
    await store.feedback.add(make_feedback("1", FeedbackKind.CORRECT, "💀", actor=member(1)))
    assert (await counts_of(store, "💀")).corrected > 1.9


async def test_the_vote_weight_recovers_after_years(store: SqlStore) -> None:
    await vote_daily(store, 2)
    years = timedelta(days=20 * HALF_LIFE.days)
    await record(store, "late")
    await store.feedback.add(
        replace(make_feedback("late", FeedbackKind.CORRECT, "💀"), at=MOMENT + years)
    )
    late = await counts_of(store, "💀", days=years.days)
    assert late.corrected == pytest.approx(1, abs=0.01)


async def test_erased_votes_are_taken_back(store: SqlStore) -> None:
    for repetition in range(5):
        await vote_daily(store, 2, first=100 * repetition)
        await store.members.erase("console", BEN)
    assert (await counts_of(store, "💀")).corrected == pytest.approx(0, abs=1e-9)
    assert (await counts_of(store)).passed_over == pytest.approx(0, abs=1e-9)
    assert (await counts_of(store)).shown > 30


async def confirmed_corrections(store: SqlStore, emoji: str = "💀") -> float:
    counts = await store.preferences.counts(ref(), MOMENT)
    return counts.confirmed.get(emoji, Counts()).corrected


async def test_votes_are_confirmed_by_a_quorum_on_one_day(store: SqlStore) -> None:
    await record(store)
    votes = {
        n: make_feedback(kind=FeedbackKind.CORRECT, emoji="💀", actor=member(n)) for n in range(5)
    }
    for n in range(QUORUM):
        await store.feedback.add(votes[n])
    after_quorum = await confirmed_corrections(store)
    assert after_quorum == pytest.approx(QUORUM)
    # On the next day two are no quorum, however often they vote; the third confirms all.
    tomorrow = MOMENT + timedelta(days=1)
    for number in range(10, 14):
        await record(store, str(number))
        for n in (3, 4):
            await store.feedback.add(
                replace(votes[n], ref=ref(str(number)), at=tomorrow + timedelta(minutes=number))
            )
    assert await confirmed_corrections(store) == pytest.approx(after_quorum)
    pending = await pending_counts(store)
    assert pending["💀"].corrected > after_quorum + 1
    await record(store, "15")
    await store.feedback.add(replace(votes[0], ref=ref("15"), at=tomorrow))
    pending = await pending_counts(store)
    assert await confirmed_corrections(store) == pytest.approx(pending["💀"].corrected)


async def test_the_votes_of_an_only_member_are_confirmed_at_once(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback(kind=FeedbackKind.CORRECT, emoji="💀"))
    assert await confirmed_corrections(store) == pytest.approx(1)
    await store.feedback.add(make_feedback(kind=FeedbackKind.CORRECT, emoji="💀", withdrawn=True))
    assert (await counts_of(store, "💀")).corrected == pytest.approx(0)


async def test_a_second_member_is_no_quorum(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback(kind=FeedbackKind.CORRECT, emoji="💀"))
    tomorrow = MOMENT + timedelta(days=1)
    second = replace(make_feedback(kind=FeedbackKind.CORRECT, emoji="💀", actor=ANNA), at=tomorrow)
    await store.feedback.add(second)
    assert await confirmed_corrections(store) == pytest.approx(1)
    await record(store, "2")
    await store.feedback.add(replace(second, ref=ref("2"), actor=BEN))
    assert await confirmed_corrections(store) > 2


async def test_erasing_confirms_nothing_and_lowers_confirmed_counts(store: SqlStore) -> None:
    for number in range(3):
        await record(store, str(number))
    for n in range(QUORUM):
        await store.feedback.add(make_feedback("0", FeedbackKind.CORRECT, "💀", actor=member(n)))
    tomorrow = MOMENT + timedelta(days=1)
    for later in ("1", "2"):
        given = make_feedback(later, FeedbackKind.CORRECT, "🔥", actor=member(9))
        await store.feedback.add(replace(given, at=tomorrow))
    await store.outcomes.delete(ref("2"))
    assert await confirmed_corrections(store, "🔥") == 0
    assert (await counts_of(store, "🔥", days=1)).corrected == pytest.approx(1)
    await store.members.erase("console", member(0))
    assert await confirmed_corrections(store) == pytest.approx(QUORUM - 1)
    assert (await counts_of(store, "💀")).corrected == pytest.approx(QUORUM - 1)


async def test_showings_are_confirmed_with_the_votes(store: SqlStore) -> None:
    await record(store)
    assert (await counts_of(store)).shown > 0
    assert (await store.preferences.counts(ref(), MOMENT)).confirmed["😂"] == Counts()
    await store.feedback.add(make_feedback())
    counts = await store.preferences.counts(ref(), MOMENT)
    assert counts.confirmed == counts.pending


async def test_the_votes_of_a_member_are_limited_to_a_number_a_day(store: SqlStore) -> None:
    for number in range(MAX_VOTES_PER_DAY * 2):
        # Without a shown emoji each vote is on another emoji alone, with full weight.
        await record(store, str(number), replace(OUTCOME, shown=()))
        await store.feedback.add(make_feedback(str(number), FeedbackKind.CORRECT, f":e{number}:"))
    pending = await pending_counts(store)
    unprompted = [counts.unprompted for counts in pending.values()]
    assert sum(unprompted) == pytest.approx(MAX_VOTES_PER_DAY)


async def test_each_of_many_members_has_full_weight(store: SqlStore) -> None:
    await record(store)
    for number in range(30):
        await store.feedback.add(make_feedback(actor=member(number)))
    assert (await counts_of(store)).agreed == pytest.approx(30)


async def test_removals_count_as_votes_of_the_author(store: SqlStore) -> None:
    # Discord does not tell who removed a reaction: the actor is the bot itself.
    for number in range(50):
        await record(store, str(number))
        await store.feedback.add(
            make_feedback(str(number), FeedbackKind.REMOVE, actor=MemberKey("bot"))
        )
    assert (await counts_of(store)).removed <= 2
    others = [replace(message(number=str(100 + n)), author=member(n)) for n in range(10)]
    for other in others:
        await record(store, other)
        await store.feedback.add(
            make_feedback(other.ref.message, FeedbackKind.REMOVE, actor=MemberKey("bot"))
        )
    assert (await counts_of(store)).removed > 10


async def test_daily_votes_are_disclosed_and_deleted_on_the_next_day(
    store: SqlStore, engine: AsyncEngine
) -> None:
    await record(store)
    await store.feedback.add(make_feedback())
    data = await store.members.data("console", BEN)
    assert data["votes_today"] == [{"community": "home", "emoji": "😂", "votes": 1}]
    assert (await store.members.data("console", ANNA))["votes_today"] == []
    await store.members.erase("console", BEN)
    await store.members.erase("console", ANNA)
    assert (await counts_of(store)).agreed == pytest.approx(0)
    assert await count(engine, daily_vote) == 1
    # Votes of a day are deleted with the first vote of the next one.
    await record(store, "2")
    await store.feedback.add(replace(make_feedback("2"), at=MOMENT + timedelta(days=1)))
    assert await count(engine, daily_vote) == 1


async def test_a_purge_erases_the_votes_of_earlier_days(
    any_engine: AsyncEngine,
) -> None:
    store = SqlStore(any_engine)
    await record(store)
    await record(store, "2", replace(OUTCOME, shown=()))
    await store.feedback.add(make_feedback())
    await store.unprompted.count(ref("2"), BEN, ChosenEmoji("🔥"), MOMENT)
    await store.votes.purge_days_before(MOMENT + timedelta(hours=1))
    assert [await count(any_engine, table) for table in (daily_vote, daily_unprompted)] == [1, 1]
    await store.votes.purge_days_before(MOMENT + timedelta(days=1))
    assert [await count(any_engine, table) for table in (daily_vote, daily_unprompted)] == [0, 0]

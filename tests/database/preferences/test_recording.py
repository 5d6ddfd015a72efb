"""Showings and votes as counts, and what erasing them takes back."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.events import FeedbackKind, FeedbackSource
from bot.core.preferences.counts import (
    HALF_LIFE,
    MAX_PAST_SHOWINGS,
    QUORUM,
    Counts,
    shown_weight,
)
from bot.database.store import SqlStore
from model import Prediction
from tests.core.fakes import ANNA, BEN, MOMENT, make_feedback, message, ref
from tests.database.preferences.stored_counts import counts_of, member, pending_counts
from tests.database.rows import OUTCOME, record


async def test_a_shown_emoji_counts_with_its_model_score(store: SqlStore) -> None:
    outcome = replace(OUTCOME, predictions=(Prediction("😂", 0.9, 0.5), Prediction("🔥", 0.1, 0.4)))
    await record(store, "1", outcome)
    await record(store, "1", outcome)
    stored = await store.outcomes.find(ref())
    assert stored is not None
    pending = (await store.preferences.counts(ref(), stored.recorded_at)).pending["😂"]
    assert pending.as_tuple() == pytest.approx(Counts(shown=1, expected_kept=0.5).as_tuple())


async def test_buttons_and_refusals_are_not_counted_as_shown(store: SqlStore) -> None:
    await record(store, "1", replace(OUTCOME, as_buttons=True))
    await record(store, "2")
    await store.outcomes.record_refusal(ref("2"), "forbidden")
    assert (await counts_of(store)).shown == pytest.approx(0, abs=1e-9)


async def test_repeated_removals_by_one_member_do_not_count_as_kept(
    store: SqlStore,
) -> None:
    await record(store, "0")
    first = await store.outcomes.find(ref("0"))
    assert first is not None
    for n in range(QUORUM):  # so that one member is no quorum today
        early = make_feedback("0", FeedbackKind.CORRECT, "💀", actor=member(n))
        await store.feedback.add(replace(early, at=first.recorded_at - timedelta(days=1)))
    for i in range(1, 9):
        await record(store, str(i))
        removal = replace(make_feedback(str(i), FeedbackKind.REMOVE), at=first.recorded_at)
        await store.feedback.add(removal)
        await store.feedback.add(removal)
    counts = await store.preferences.counts(ref(), first.recorded_at)
    pending, confirmed = counts.pending["😂"], counts.confirmed["😂"]
    assert 1 < pending.removed < 2
    assert confirmed.removed == 0
    assert pending.shown - 1 == pytest.approx(pending.removed, abs=0.01)
    assert confirmed.shown == pytest.approx(1, abs=0.02)
    await store.feedback.add(replace(removal, withdrawn=True))
    restored = (await store.preferences.counts(ref(), first.recorded_at)).pending["😂"]
    assert restored.shown == pytest.approx(pending.shown + shown_weight(8), abs=0.02)


async def recorded_at(store: SqlStore, number: str = "0") -> datetime:
    """Return when a message was recorded."""
    stored = await store.outcomes.find(ref(number))
    assert stored is not None
    return stored.recorded_at


async def shown_counts(store: SqlStore, emoji: str = "😂") -> Counts:
    """Return the counts of an emoji, decayed to when the first message was recorded."""
    moment = await recorded_at(store)
    return (await store.preferences.counts(ref(), moment)).pending[emoji]


async def remove_shown(store: SqlStore, numbers: Iterable[int]) -> None:
    """Show an emoji on messages of Anna, who removes each."""
    for number in map(str, numbers):
        await record(store, number)
        given = make_feedback(number, FeedbackKind.REMOVE, actor=ANNA)
        await store.feedback.add(replace(given, at=await recorded_at(store, number)))


async def test_the_weight_of_showings_to_one_member_falls(store: SqlStore) -> None:
    for number in range(200):
        await record(store, str(number))
    falling = (await shown_counts(store)).shown
    assert falling == pytest.approx(
        sum(shown_weight(n) for n in range(MAX_PAST_SHOWINGS)), rel=0.01
    )
    # Another emoji has full weight, and so has the same one for another member.
    await record(store, "fire", replace(OUTCOME, shown=("🔥",)))
    assert (await shown_counts(store, "🔥")).shown == pytest.approx(1, rel=0.01)
    await record(store, replace(message(number="bens"), author=BEN))
    assert (await shown_counts(store)).shown == pytest.approx(falling + 1, rel=0.01)


async def test_deleting_messages_takes_back_their_showings(store: SqlStore) -> None:
    # Otherwise deleting messages would let the same emoji count at full weight again.
    await record(store, "0", replace(OUTCOME, shown=("🔥",)))
    await remove_shown(store, range(1, 6))
    for number in range(1, 4):
        await store.outcomes.delete(ref(str(number)))
    left = await shown_counts(store)
    assert 0 < left.shown < 0.1
    assert left.shown == pytest.approx(left.removed, abs=0.001)
    await store.members.erase("console", ANNA)
    assert (await counts_of(store)).as_tuple() == pytest.approx(Counts().as_tuple(), abs=1e-9)


async def test_erasing_removals_restores_the_showings(store: SqlStore) -> None:
    for number in range(3):
        await record(store, str(number))
    before = await shown_counts(store)
    for number in range(3):
        given = make_feedback(str(number), FeedbackKind.REMOVE)
        await store.feedback.add(replace(given, at=await recorded_at(store)))
    assert (await shown_counts(store)).shown < before.shown
    await store.members.erase("console", BEN)
    assert (await shown_counts(store)).as_tuple() == pytest.approx(before.as_tuple(), abs=1e-6)


async def test_a_vote_counts_once_and_can_be_withdrawn(store: SqlStore) -> None:
    await record(store)
    for _ in range(3):
        await store.feedback.add(make_feedback())
    assert (await counts_of(store)).agreed == pytest.approx(1)
    await store.feedback.add(make_feedback(withdrawn=True))
    await store.feedback.add(make_feedback(withdrawn=True))
    assert (await counts_of(store)).agreed == pytest.approx(0)


async def test_a_burst_reaction_beside_a_reaction_is_no_second_vote(store: SqlStore) -> None:
    await record(store)
    burst = replace(make_feedback(), source=FeedbackSource.BURST)
    await store.feedback.add(make_feedback())
    await store.feedback.add(burst)
    assert (await counts_of(store)).agreed == pytest.approx(1)
    await store.feedback.add(make_feedback(withdrawn=True))
    assert (await counts_of(store)).agreed == pytest.approx(1)
    await store.feedback.add(replace(burst, withdrawn=True))
    assert (await counts_of(store)).agreed == pytest.approx(0)


async def test_a_vote_given_again_later_is_taken_back_as_it_was_counted(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback())
    later = MOMENT + HALF_LIFE
    await store.feedback.add(replace(make_feedback(), at=later))
    await store.feedback.add(replace(make_feedback(withdrawn=True), at=later))
    assert (await counts_of(store)).agreed == pytest.approx(0)


async def test_a_correction_counts_for_the_chosen_emoji(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback(kind=FeedbackKind.CORRECT, emoji="🔥"))
    pending = await pending_counts(store)
    assert pending["😂"].passed_over == pytest.approx(1)
    assert pending["🔥"].corrected == pytest.approx(1)
    expected_chosen = [counts.expected_chosen for counts in pending.values()]
    assert sum(expected_chosen) == pytest.approx(1)


async def test_a_choice_from_buttons_counts_as_unprompted(store: SqlStore) -> None:
    await record(store, "1", replace(OUTCOME, shown=("😂", "🔥"), as_buttons=True))
    choice = replace(
        make_feedback(kind=FeedbackKind.AGREE, emoji="🔥"), source=FeedbackSource.BUTTON
    )
    await store.feedback.add(choice)
    assert (await counts_of(store, "🔥")).unprompted == pytest.approx(1)
    assert (await counts_of(store)).passed_over == 0


async def test_counts_decay(store: SqlStore) -> None:
    await record(store)
    await store.feedback.add(make_feedback())
    later = await counts_of(store, days=HALF_LIFE.days)
    assert later.agreed == pytest.approx(0.5)


async def test_deleting_a_message_takes_back_the_votes_on_it(store: SqlStore) -> None:
    for number in range(5):
        await record(store, str(number))
        await store.feedback.add(make_feedback(str(number), FeedbackKind.CORRECT, "💀"))
        await store.outcomes.delete(ref(str(number)))
    assert (await counts_of(store, "💀")).corrected == pytest.approx(0, abs=1e-9)

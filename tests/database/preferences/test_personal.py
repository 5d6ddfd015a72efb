"""Counts of one member, from the rows that are stored of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.events import FeedbackKind, IncomingMessage, MemberKey
from bot.core.preferences.counts import HALF_LIFE, Counts
from bot.database.store import SqlStore
from tests.core.fakes import ANNA, BEN, make_feedback, message, ref
from tests.database.rows import OUTCOME, record


def by(author: MemberKey, number: str) -> IncomingMessage:
    return replace(message(number=number), author=author)


async def counts(store: SqlStore, days: float = 0) -> dict[str, Counts]:
    at = datetime.now(UTC) + timedelta(days=days)
    return dict(await store.preferences.member_counts(ref(), ANNA, at))


async def test_own_showings_and_votes_count_in_full(store: SqlStore) -> None:
    for number in ("1", "2", "3"):
        await record(store, by(ANNA, number))
    await record(store, by(BEN, "4"))
    now = datetime.now(UTC)
    for number in ("1", "2"):
        removal = make_feedback(number, FeedbackKind.REMOVE, actor=BEN)
        await store.feedback.add(replace(removal, at=now))
    correction = make_feedback("4", FeedbackKind.CORRECT, "💀", actor=ANNA)
    await store.feedback.add(replace(correction, at=now))
    found = await counts(store)
    # Three own messages, and the one of Ben that Anna has seen for sure.
    assert found["😂"].shown == pytest.approx(4, abs=1e-3)
    assert found["😂"].removed == pytest.approx(2, abs=1e-3)
    assert found["😂"].passed_over == pytest.approx(1, abs=1e-3)
    assert found["💀"].corrected == pytest.approx(1, abs=1e-3)
    later = await counts(store, HALF_LIFE.days)
    assert later["😂"].shown == pytest.approx(2, abs=1e-3)


async def test_others_rules_and_other_communities_count_for_nothing(store: SqlStore) -> None:
    await record(store, by(BEN, "1"))
    await store.feedback.add(make_feedback("1", actor=BEN))
    await record(store, by(ANNA, "2"), replace(OUTCOME, rule="gm"))
    await record(store, by(ANNA, "3"), replace(OUTCOME, as_buttons=True))
    away = replace(by(ANNA, "4"), ref=ref("4", community="elsewhere"))
    await record(store, away, replace(OUTCOME, ref=away.ref))
    assert await counts(store) == {}


async def test_the_consent_and_the_counts_are_shown_and_erased(store: SqlStore) -> None:
    members = store.members
    await record(store, by(ANNA, "1"))
    assert (await members.data("console", ANNA))["personal_preferences"] is None
    assert not (await members.status(message(number="2"))).is_personal
    for _ in range(2):
        await members.set_personal("console", ANNA, True)
    assert (await members.status(message(number="2"))).is_personal
    assert not await members.is_personal("console", BEN)
    shown = (await members.data("console", ANNA))["personal_preferences"]
    assert isinstance(shown, dict)
    assert shown["counts"]["home"]["emojis"]["😂"]["shown"] == pytest.approx(1, abs=1e-3)
    assert await members.exist()
    assert await members.erase("console", ANNA) == 2
    assert not await members.is_personal("console", ANNA)
    assert await counts(store) == {}
    await members.set_personal("console", ANNA, True)
    await members.set_personal("console", ANNA, False)
    assert not await members.is_personal("console", ANNA)

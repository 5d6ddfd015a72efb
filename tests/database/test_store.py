"""Stored outcomes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind, MessageRef, SkipReason
from bot.database.store import SqlStore
from bot.database.tables import community, feedback, prediction
from model import Prediction
from tests.core.fakes import ANNA, make_feedback, message, ref
from tests.database.rows import OUTCOME, age, count, record


async def test_an_outcome_is_one_row_without_its_text(store: SqlStore, engine: AsyncEngine) -> None:
    before = datetime.now(UTC)
    await record(store, replace(message(), language="en"))
    async with engine.connect() as connection:
        row = (await connection.execute(select(prediction))).one()
        place = (await connection.execute(select(community))).one()
    assert (place.platform, place.external_id) == ("console", "home")
    assert (row.chat, row.message, row.author) == ("chat", "1", ANNA)
    assert (row.artifact_version, row.confidence_threshold, row.language) == ("tiny-1", 0.2, "en")
    assert row.predictions == [["😂", 0.612346], ["🔥", 0.3]]
    assert (row.shown, row.skip_reason, row.refusal) == (["😂"], None, None)
    assert before <= row.created_at <= datetime.now(UTC)
    assert (row.text, row.consent) == (None, None)
    assert "so funny" not in str(tuple(row))


async def test_an_outcome_round_trips(store: SqlStore) -> None:
    await record(store)
    answer = await store.outcomes.find(ref())
    assert answer is not None
    rounded = (Prediction("😂", 0.612346), Prediction("🔥", 0.3))
    assert answer.outcome == replace(OUTCOME, predictions=rounded)
    assert datetime.now(UTC) - answer.recorded_at < timedelta(minutes=1)
    assert await store.outcomes.find(ref("unknown")) is None
    assert await store.outcomes.find(ref("1", chat="elsewhere")) is None
    assert await store.outcomes.find(replace(ref("1"), platform="discord")) is None


async def test_a_skip_is_stored_with_its_reason(store: SqlStore) -> None:
    silent = replace(OUTCOME, shown=(), skip_reason=SkipReason.BELOW_THRESHOLD)
    await record(store, "1", silent)
    answer = await store.outcomes.find(ref("1"))
    assert answer is not None
    assert (answer.outcome.shown, answer.outcome.skip_reason) == ((), SkipReason.BELOW_THRESHOLD)


async def test_a_refused_outcome_has_no_shown_emoji(store: SqlStore) -> None:
    await record(store, "1")
    await record(store, "2")
    await store.outcomes.record_refusal(ref("1"), "forbidden")
    await store.outcomes.record_refusal(ref("unknown"), "forbidden")
    one, two = await store.outcomes.find(ref("1")), await store.outcomes.find(ref("2"))
    assert one is not None
    assert two is not None
    refused = (one.outcome.shown, one.outcome.skip_reason, one.outcome.refusal)
    assert refused == ((), SkipReason.REFUSED, "forbidden")
    assert two.outcome.shown == ("😂",)


async def test_a_message_is_recorded_once(store: SqlStore, engine: AsyncEngine) -> None:
    assert await record(store) is True
    assert await record(store, outcome=replace(OUTCOME, shown=("🔥",))) is False
    assert await count(engine, prediction) == 1
    answer = await store.outcomes.find(ref())
    assert answer is not None
    assert answer.outcome.shown == ("😂",)


async def test_the_same_id_in_another_chat_is_another_message(
    store: SqlStore, engine: AsyncEngine
) -> None:
    places = [
        MessageRef(platform, community_id, chat, "1")
        for platform in ("console", "discord")
        for community_id in ("home", "abroad")
        for chat in ("a", "b")
    ]
    assert all([await record(store, replace(message(), ref=place)) for place in places])
    assert await count(engine, prediction) == len(places)
    assert await count(engine, community) == 4


async def test_deleting_a_message_deletes_its_feedback(
    store: SqlStore, engine: AsyncEngine
) -> None:
    for number in ("1", "2"):
        await record(store, number)
        await store.feedback.add(make_feedback(number))
    await store.outcomes.delete(ref("1"))
    await store.outcomes.delete(ref("unknown"))
    assert await count(engine, prediction) == await count(engine, feedback) == 1
    assert await store.outcomes.find(ref("1")) is None
    assert await store.outcomes.find(ref("2")) is not None


async def test_purge_erases_old_outcomes_with_their_feedback(
    any_engine: AsyncEngine,
) -> None:
    store = SqlStore(any_engine)
    now = datetime.now(UTC)
    for number in ("1", "2"):
        await record(store, number)
        await store.feedback.add(make_feedback(number, FeedbackKind.CORRECT, "🔥"))
    await age(any_engine, "1", now - timedelta(days=31))
    assert await store.outcomes.purge(now - timedelta(days=32)) == 0
    assert await store.outcomes.purge(now - timedelta(days=30)) == 1
    assert await count(any_engine, prediction) == await count(any_engine, feedback) == 1
    assert await store.outcomes.find(ref("2")) is not None

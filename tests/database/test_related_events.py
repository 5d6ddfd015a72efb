"""Events about scored messages, and positions of a synchronization."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.related_events import RelatedEvent
from bot.database.store import SqlStore
from bot.database.tables import related_event
from tests.core.fakes import ANNA, BEN, ref
from tests.database.rows import count, record

REACTION = RelatedEvent(ref(), "$reaction", "🔥", BEN)
REPLY = RelatedEvent(ref(), "$reply")


@pytest.fixture(params=["engine", "postgres_engine"])
def any_engine(request: pytest.FixtureRequest) -> AsyncEngine:
    engine: AsyncEngine = request.getfixturevalue(request.param)
    return engine


async def test_events_are_found_by_their_ids_until_they_are_removed(
    any_engine: AsyncEngine,
) -> None:
    store = SqlStore(any_engine)
    await record(store)
    for related in (REACTION, REPLY, REPLY):
        await store.related_events.add(related)
    assert await store.related_events.find(ref("?"), "$reaction") == REACTION
    assert await store.related_events.find(ref("?"), "$reply") == REPLY
    elsewhere = replace(ref(), community="elsewhere")
    assert await store.related_events.find(elsewhere, "$reply") is None
    await store.related_events.remove(REPLY)
    assert await store.related_events.find(ref(), "$reply") is None
    await store.outcomes.delete(ref())
    assert await count(any_engine, related_event) == 0


async def test_of_unknown_messages_nothing_is_stored(engine: AsyncEngine) -> None:
    await SqlStore(engine).related_events.add(REACTION)
    assert await count(engine, related_event) == 0


async def test_members_see_and_erase_their_reactions(store: SqlStore, engine: AsyncEngine) -> None:
    await record(store)
    await store.related_events.add(REACTION)
    await store.related_events.add(replace(REACTION, event="$other", member=ANNA))
    data: dict[str, Any] = await store.members.data(ref().platform, BEN)
    assert [(each["event"], each["emoji"]) for each in data["reactions"]] == [("$reaction", "🔥")]
    await store.members.erase(ref().platform, BEN)
    assert await store.related_events.find(ref(), "$reaction") is None
    assert await count(engine, related_event) == 1


async def test_positions_are_kept_for_each_receiver(any_engine: AsyncEngine) -> None:
    positions = SqlStore(any_engine).sync_positions
    assert await positions.get("a") is None
    for position in ("s1", "s2" * 50):
        await positions.set("a", position)
    await positions.set("b", "s3")
    assert await positions.get("a") == "s2" * 50

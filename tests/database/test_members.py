"""Stored data of members: opt-out, consent, erasure and export."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import IncomingMessage, MemberKey
from bot.database.store import SqlStore
from bot.database.tables import consent, feedback, opt_out, prediction
from tests.core.fakes import ANNA, BEN, make_feedback, message, ref
from tests.database.rows import age, count, record


def storable(number: str, author: MemberKey = ANNA, text: str = "so funny") -> IncomingMessage:
    return replace(message(text, number), author=author, may_store_text=True)


async def texts(engine: AsyncEngine) -> dict[str, tuple[str | None, str | None]]:
    """Return text and version of the terms, by message."""
    async with engine.connect() as connection:
        rows = (await connection.execute(select(prediction))).all()
    return {row.message: (row.text, row.consent) for row in rows}


async def test_an_opt_out_holds_until_it_is_revoked(store: SqlStore, engine: AsyncEngine) -> None:
    async def since() -> object:
        async with engine.connect() as connection:
            return (await connection.execute(select(opt_out.c.since))).scalar_one()

    await store.members.set_opted_out("console", ANNA, True)
    first = await since()
    await store.members.set_opted_out("console", ANNA, True)
    assert await since() == first
    assert await store.members.is_opted_out("console", ANNA)
    assert not await store.members.is_opted_out("discord", ANNA)
    assert not await store.members.is_opted_out("console", BEN)
    for _ in range(2):
        await store.members.set_opted_out("console", ANNA, False)
    assert not await store.members.is_opted_out("console", ANNA)


async def test_an_opt_out_erases_the_data_of_the_member(
    store: SqlStore, engine: AsyncEngine
) -> None:
    await record(store, "1")
    await record(store, storable("2", BEN))
    await store.members.set_consent("console", ANNA, "1")
    await store.members.set_opted_out("console", ANNA, True)
    assert set(await texts(engine)) == {"2"}
    assert await count(engine, consent) == 0


async def test_forget_erases_all_of_a_member_and_nothing_of_others(
    store: SqlStore, engine: AsyncEngine
) -> None:
    elsewhere = replace(message(), ref=replace(ref(), platform="discord"))
    for given in (message(number="1"), elsewhere, storable("2", BEN)):
        await record(store, given)
    for member in (ANNA, BEN):
        await store.feedback.add(make_feedback("1", actor=member))
        await store.feedback.add(make_feedback("2", actor=member))
        await store.members.set_consent("console", member, "1")
    await store.members.set_consent("discord", ANNA, "1")
    # Her prediction with two feedbacks, her feedback on Ben's, and her consent.
    assert await store.members.erase("console", ANNA) == 5
    assert await store.members.erase("console", ANNA) == 0
    assert await store.outcomes.find(elsewhere.ref) is not None
    assert await store.outcomes.find(ref("1")) is None
    assert await store.members.consent_version("console", ANNA) is None
    assert (
        await store.members.consent_version("discord", ANNA)
        == await store.members.consent_version("console", BEN)
        == "1"
    )
    async with engine.connect() as connection:
        assert (await connection.execute(select(feedback.c.actor))).scalars().all() == [BEN]


async def test_forget_leaves_an_opt_out(store: SqlStore) -> None:
    await store.members.set_opted_out("console", ANNA, True)
    await store.members.erase("console", ANNA)
    assert await store.members.is_opted_out("console", ANNA)


async def test_a_text_is_stored_by_consent_if_the_platform_allows_it(
    store: SqlStore, engine: AsyncEngine
) -> None:
    await record(store, storable("before"))
    await store.members.set_consent("console", ANNA, "2026-01")
    await store.members.set_consent("discord", BEN, "2026-01")
    await record(store, storable("kept", text="so funny \ud800"))
    await record(store, message("not allowed", "not allowed"))
    await record(store, storable("another's", BEN))
    assert await texts(engine) == {
        "before": (None, None),
        "kept": ("so funny \ufffd", "2026-01"),
        "not allowed": (None, None),
        "another's": (None, None),
    }


async def test_a_revoked_consent_erases_texts_and_keeps_its_times(
    store: SqlStore, engine: AsyncEngine
) -> None:
    for member, number in ((ANNA, "hers"), (BEN, "his")):
        await store.members.set_consent("console", member, "1")
        await record(store, storable(number, member))
    await store.members.set_consent("console", ANNA, None)
    assert await store.members.consent_version("console", ANNA) is None
    await record(store, storable("later"))
    assert await texts(engine) == {
        "hers": (None, None),
        "his": ("so funny", "1"),
        "later": (None, None),
    }
    async with engine.connect() as connection:
        rows = (await connection.execute(select(consent).order_by(consent.c.id))).all()
    assert [row.member for row in rows if row.revoked_at] == [ANNA]


async def test_one_version_of_the_terms_holds_at_a_time(
    store: SqlStore, engine: AsyncEngine
) -> None:
    for version in ("1", "2", "1", "1"):
        await store.members.set_consent("console", ANNA, version)
        assert await store.members.consent_version("console", ANNA) == version
    async with engine.connect() as connection:
        rows = (await connection.execute(select(consent))).all()
    assert {row.version: row.revoked_at is None for row in rows} == {"1": True, "2": False}
    assert len(rows) == 2


async def test_texts_are_purged_before_their_predictions(
    store: SqlStore, engine: AsyncEngine
) -> None:
    now = datetime.now(UTC)
    await store.members.set_consent("console", ANNA, "1")
    for number, days in (("young", 1), ("old", 40), ("ancient", 400)):
        await record(store, storable(number))
        await age(engine, number, now - timedelta(days=days))
    assert await store.outcomes.purge(now - timedelta(days=365), now - timedelta(days=30)) == 2
    assert await texts(engine) == {"young": ("so funny", "1"), "old": (None, None)}


async def test_member_data_has_all_rows_of_the_member(store: SqlStore) -> None:
    await store.members.set_consent("console", ANNA, "1")
    await record(store, storable("1"))
    await record(store, storable("2", BEN))
    await store.feedback.add(make_feedback("2", actor=ANNA))
    await store.feedback.add(make_feedback("1", actor=BEN))
    seen = json.loads(json.dumps(await store.members.data("console", ANNA)))
    assert (seen["platform"], seen["member"], seen["opted_out_since"]) == ("console", ANNA, None)
    assert [(each["message"], each["text"]) for each in seen["messages"]] == [("1", "so funny")]
    assert [(each["message"], each["kind"]) for each in seen["feedback"]] == [("2", "agree")]
    assert [each["version"] for each in seen["consents"]] == ["1"]
    assert BEN not in json.dumps(seen)
    nothing = await store.members.data("discord", ANNA)
    assert not any(nothing[kind] for kind in ("messages", "feedback", "consents"))


async def test_consent_to_other_terms_stores_no_new_texts(engine: AsyncEngine) -> None:
    store = SqlStore(engine, terms="2")
    await store.members.set_consent("console", ANNA, "1")
    await record(store, storable("old terms"))
    await store.members.set_consent("console", ANNA, "2")
    await record(store, storable("these terms"))
    kept = {"old terms": (None, None), "these terms": ("so funny", "2")}
    assert await texts(engine) == kept

"""What the store keeps of messages, settings and members."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Table, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind, MessageRef, Outcome, SkipReason
from bot.core.policy import ChatSettings, Mode
from bot.database.store import SqlStore
from bot.database.tables import community, consent, feedback, opt_out, prediction
from model import Prediction
from tests.core.fakes import ANNA, BEN, message, ref, word

ANSWERED = Outcome(ref(), (Prediction("😂", 0.61234567), Prediction("🔥", 0.3)), ("😂",))


async def record(store: SqlStore, number: str = "1", outcome: Outcome = ANSWERED) -> None:
    given = message(number=number)
    await store.record(given, replace(outcome, ref=given.ref), "tiny-1")


async def count(engine: AsyncEngine, table: Table) -> int:
    async with engine.connect() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def test_an_answer_is_one_row_without_its_text(store: SqlStore, engine: AsyncEngine) -> None:
    before = datetime.now(UTC)
    await record(store)
    async with engine.connect() as connection:
        row = (await connection.execute(select(prediction))).one()
        place = (await connection.execute(select(community))).one()
    assert (place.platform, place.external_id) == ("console", "home")
    assert (row.chat, row.message, row.author) == ("chat", "1", ANNA)
    assert row.artifact == "tiny-1"
    assert row.top == [["😂", 0.612346], ["🔥", 0.3]]
    assert (row.chosen, row.skip, row.refusal) == (["😂"], None, None)
    assert before <= row.created_at <= datetime.now(UTC)
    assert "so funny" not in str(tuple(row))


async def test_silence_is_kept_with_its_reason(store: SqlStore, engine: AsyncEngine) -> None:
    await record(store, "1", replace(ANSWERED, chosen=(), skip=SkipReason.BELOW_THRESHOLD))
    refused = replace(ANSWERED, chosen=(), skip=SkipReason.REFUSED, refusal="forbidden")
    await record(store, "2", refused)
    query = text("select skip, refusal from prediction order by message")
    async with engine.connect() as connection:
        rows = (await connection.execute(query)).all()
    assert [tuple(row) for row in rows] == [("below_threshold", None), ("refused", "forbidden")]


async def test_a_message_is_recorded_once(store: SqlStore, engine: AsyncEngine) -> None:
    await record(store)
    await record(store, outcome=replace(ANSWERED, chosen=("🔥",)))
    assert await count(engine, prediction) == 1
    assert await store.shown(ref()) == ("😂",)


async def test_what_was_shown(store: SqlStore) -> None:
    await record(store)
    await record(store, "2", replace(ANSWERED, chosen=()))
    assert await store.shown(ref("1")) == ("😂",)
    assert await store.shown(ref("2")) == ()
    assert await store.shown(ref("unknown")) == ()
    assert await store.shown(ref("1", chat="elsewhere")) == ()
    assert await store.shown(replace(ref("1"), platform="discord")) == ()


async def test_settings_are_defaults_under_the_communitys_under_the_chats(
    engine: AsyncEngine,
) -> None:
    store = SqlStore(engine, ChatSettings(chance=0.5, cooldown=9.0))
    assert await store.settings(ref()) == ChatSettings(chance=0.5, cooldown=9.0)
    await store.set_setting(ref(), "chance", 0.25)
    await store.set_setting(ref(), "chance", 0.75, everywhere=True)
    await store.set_setting(ref(), "mode", "quiet", everywhere=True)
    here, there = await store.settings(ref()), await store.settings(ref(chat="other"))
    assert (here.chance, here.mode, here.cooldown) == (0.25, Mode.QUIET, 9.0)
    assert (there.chance, there.mode, there.cooldown) == (0.75, Mode.QUIET, 9.0)
    assert (await store.settings(ref(community="abroad"))).chance == 0.5


async def test_a_setting_can_be_chosen_anew(store: SqlStore) -> None:
    for deny in (["😂"], ["🔥", "❤️"]):
        await store.set_setting(ref(), "emoji_deny", deny)
    assert (await store.settings(ref())).emoji_deny == {"🔥", "❤"}


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [("chance", 2, ValueError), ("chance", "often", ValueError), ("unknown", 1, KeyError)],
)
async def test_a_wrong_setting_is_not_stored(
    store: SqlStore, key: str, value: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await store.set_setting(ref(), key, value)
    assert await store.settings(ref()) == ChatSettings()


async def test_an_unsound_stored_setting_is_passed_over(
    store: SqlStore, engine: AsyncEngine
) -> None:
    await store.set_setting(ref(), "chance", 0.25)
    await store.set_setting(ref(), "cooldown", 5.0)
    async with engine.begin() as connection:
        await connection.execute(text("update chat_setting set value = '99' where key = 'chance'"))
    assert await store.settings(ref()) == ChatSettings(cooldown=5.0)


async def test_an_opt_out_holds_until_it_is_taken_back(
    store: SqlStore, engine: AsyncEngine
) -> None:
    async def since() -> datetime:
        async with engine.connect() as connection:
            moment = (await connection.execute(select(opt_out.c.since))).scalar_one()
            assert isinstance(moment, datetime)
            return moment

    await store.set_opted_out("console", ANNA, True)
    first = await since()
    await store.set_opted_out("console", ANNA, True)
    assert await since() == first
    assert await store.opted_out("console", ANNA)
    assert not await store.opted_out("discord", ANNA)
    assert not await store.opted_out("console", BEN)
    for _ in range(2):
        await store.set_opted_out("console", ANNA, False)
    assert not await store.opted_out("console", ANNA)


async def test_a_deleted_message_is_forgotten_with_what_was_said(
    store: SqlStore, engine: AsyncEngine
) -> None:
    await record(store, "1")
    await record(store, "2")
    await store.add_feedback(word("1"))
    await store.add_feedback(word("2"))
    await store.delete_message(ref("1"))
    await store.delete_message(ref("unknown"))
    assert await count(engine, prediction) == await count(engine, feedback) == 1
    assert await store.shown(ref("2")) == ("😂",)


async def test_forget_erases_all_of_a_member_and_nothing_of_others(
    store: SqlStore, engine: AsyncEngine
) -> None:
    elsewhere = replace(message(), ref=replace(ref(), platform="discord"))
    by_ben = replace(message(number="2"), author=BEN)
    await record(store, "1")
    for other in (elsewhere, by_ben):
        await store.record(other, replace(ANSWERED, ref=other.ref), "tiny-1")
    for actor in (ANNA, BEN):
        await store.add_feedback(word("1", actor=actor))
        await store.add_feedback(word("2", actor=actor))
    async with engine.begin() as connection:
        for member in (ANNA, BEN):
            agreed = {"platform": "console", "member": member, "scope": "text", "version": "1"}
            values = {**agreed, "granted_at": datetime.now(UTC)}
            await connection.execute(consent.insert().values(values))
    await store.set_opted_out("console", ANNA, True)
    # Her prediction with what two said on it, her word on Ben's, and her consent.
    assert await store.forget("console", ANNA) == 5
    assert await store.forget("console", ANNA) == 0
    assert await store.opted_out("console", ANNA)
    assert await store.shown(elsewhere.ref) == ("😂",)
    assert await store.shown(ref("1")) == ()
    async with engine.connect() as connection:
        words = (await connection.execute(select(feedback.c.actor))).scalars().all()
        consents = (await connection.execute(select(consent.c.member))).scalars().all()
    assert (words, consents) == ([BEN], [BEN])


async def test_purge_erases_what_is_older_with_what_was_said(
    store: SqlStore, engine: AsyncEngine
) -> None:
    now = datetime.now(UTC)
    for number in ("1", "2"):
        await record(store, number)
        await store.add_feedback(word(number, FeedbackKind.CORRECT, "🔥"))
    async with engine.begin() as connection:
        old = update(prediction).where(prediction.c.message == "1")
        await connection.execute(old.values(created_at=now - timedelta(days=31)))
    assert await store.purge(now - timedelta(days=32)) == 0
    assert await store.purge(now - timedelta(days=30)) == 1
    assert await count(engine, prediction) == await count(engine, feedback) == 1
    assert await store.shown(ref("2")) == ("😂",)


async def test_a_message_of_another_place_is_another_message(
    store: SqlStore, engine: AsyncEngine
) -> None:
    places = [
        MessageRef(platform, community_id, chat, "1")
        for platform in ("console", "discord")
        for community_id in ("home", "abroad")
        for chat in ("a", "b")
    ]
    for place in places:
        await store.record(replace(message(), ref=place), replace(ANSWERED, ref=place), "tiny-1")
    assert await count(engine, prediction) == len(places)
    assert await count(engine, community) == 4

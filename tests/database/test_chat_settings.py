"""Stored overrides of communities and chats."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.ports import MemberStatus
from bot.database.store import SqlStore
from tests.core.fakes import ANNA, message, ref


async def test_the_override_of_a_chat_takes_precedence_over_the_community(
    engine: AsyncEngine,
) -> None:
    store = SqlStore(engine, ChatSettings(chance=0.5, cooldown_seconds=9.0))
    assert await store.chat_settings.get(ref()) == ChatSettings(chance=0.5, cooldown_seconds=9.0)
    await store.chat_settings.set_override(ref(), "chance", 0.25)
    await store.chat_settings.set_override(ref(), "chance", 0.75, everywhere=True)
    await store.chat_settings.set_override(ref(), "mode", "mention_only", everywhere=True)
    here, there = (
        await store.chat_settings.get(ref()),
        await store.chat_settings.get(ref(chat="other")),
    )
    assert (here.chance, here.mode, here.cooldown_seconds) == (0.25, Mode.MENTION_ONLY, 9.0)
    assert (there.chance, there.mode, there.cooldown_seconds) == (0.75, Mode.MENTION_ONLY, 9.0)
    assert (await store.chat_settings.get(ref(community="abroad"))).chance == 0.5


async def test_settings_and_opt_out_of_a_message_are_read_together(store: SqlStore) -> None:
    in_thread = replace(message(), parent_chat="parent")
    assert await store.members.status(in_thread) == MemberStatus(ChatSettings(), False)
    await store.chat_settings.set_override(ref(chat="parent"), "chance", 0.25)
    await store.members.set_opted_out("console", ANNA, True)
    assert await store.members.status(in_thread) == MemberStatus(ChatSettings(chance=0.25), True)


async def test_the_override_of_a_thread_takes_precedence_over_its_channel(store: SqlStore) -> None:
    await store.chat_settings.set_override(ref(chat="parent"), "chance", 0.25)
    await store.chat_settings.set_override(ref(chat="parent"), "cooldown_seconds", 5.0)
    await store.chat_settings.set_override(ref(chat="a thread"), "chance", 0.75)
    thread = await store.chat_settings.get(ref(chat="a thread"), parent="parent")
    assert (thread.chance, thread.cooldown_seconds) == (0.75, 5.0)
    assert (await store.chat_settings.get(ref(chat="a thread"))).cooldown_seconds == 0.0


async def test_an_override_can_be_replaced_and_removed(store: SqlStore) -> None:
    for deny in (["😂"], ["🔥", "❤️"]):
        await store.chat_settings.set_override(ref(), "emoji_deny", deny)
    assert (await store.chat_settings.get(ref())).emoji_deny == {"🔥", "❤"}
    await store.chat_settings.set_override(ref(), "emoji_deny", ["😢"], everywhere=True)
    assert await store.chat_settings.overrides(ref()) == {
        "": {"emoji_deny": ["😢"]},
        "chat": {"emoji_deny": ["🔥", "❤️"]},
    }
    await store.chat_settings.remove_override(ref(), "emoji_deny")
    assert (await store.chat_settings.get(ref())).emoji_deny == {"😢"}
    await store.chat_settings.remove_override(ref(), "emoji_deny", everywhere=True)
    await store.chat_settings.remove_override(ref(), "emoji_deny", everywhere=True)
    assert await store.chat_settings.get(ref()) == ChatSettings()
    assert await store.chat_settings.overrides(ref(community="abroad")) == {}


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [("chance", 2, ValueError), ("chance", "often", ValueError), ("unknown", 1, KeyError)],
)
async def test_an_invalid_override_is_not_stored(
    store: SqlStore, key: str, value: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await store.chat_settings.set_override(ref(), key, value)
    assert await store.chat_settings.overrides(ref()) == {}


async def test_an_invalid_stored_override_is_skipped(store: SqlStore, engine: AsyncEngine) -> None:
    await store.chat_settings.set_override(ref(), "chance", 0.25)
    await store.chat_settings.set_override(ref(), "cooldown_seconds", 5.0)
    async with engine.begin() as connection:
        await connection.execute(text("update chat_setting set value = '99' where key = 'chance'"))
    assert await store.chat_settings.get(ref()) == ChatSettings(cooldown_seconds=5.0)


async def test_overrides_move_with_a_community(store: SqlStore) -> None:
    old, new = ref(chat="1", community="1"), ref(chat="2", community="2")
    await store.chat_settings.set_override(old, "chance", 0.25, everywhere=True)
    await store.chat_settings.set_override(old, "mode", "mention_only", everywhere=True)
    await store.chat_settings.set_override(old, "cooldown_seconds", 7.0)
    await store.chat_settings.set_override(new, "mode", "reply", everywhere=True)
    for _ in range(2):
        await store.chat_settings.move_overrides(old, new)
    there = await store.chat_settings.get(new)
    assert (there.chance, there.cooldown_seconds, there.mode) == (0.25, 7.0, Mode.REPLY)
    await store.chat_settings.move_overrides(ref(community="nobody"), ref(community="nowhere"))
    assert await store.chat_settings.overrides(ref(community="nowhere")) == {}


async def test_a_community_is_notified_once(store: SqlStore) -> None:
    claimed = [await store.admin_notices.claim(ref(), name) for name in ("one", "one", "two")]
    assert claimed == [True, False, True]
    assert await store.admin_notices.claim(ref(community="abroad"), "one")

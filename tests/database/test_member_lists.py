"""Members on the lists of chats: what they are told of it, and their erasure."""

from dataclasses import replace

from bot.database.store import SqlStore
from tests.core.fakes import ANNA, BEN, ref


async def test_a_member_is_told_of_lists_and_erased_from_them(store: SqlStore) -> None:
    elsewhere = replace(ref(), platform="discord")
    settings = store.chat_settings
    await settings.set_override(ref(), "member_deny", [ANNA, BEN], everywhere=True)
    await settings.set_override(ref(), "member_allow", [ANNA])
    await settings.set_override(elsewhere, "member_deny", [ANNA])
    data = await store.members.data("console", ANNA)
    assert data["lists"] == [
        {"community": "home", "chat": "", "list": "member_deny"},
        {"community": "home", "chat": "chat", "list": "member_allow"},
    ]
    assert await store.members.erase("console", ANNA) == 2
    left = await settings.get(ref())
    assert left.member_deny == {BEN}
    assert left.member_allow == frozenset()
    assert (await settings.get(elsewhere)).member_deny == {ANNA}
    assert (await store.members.data("console", ANNA))["lists"] == []

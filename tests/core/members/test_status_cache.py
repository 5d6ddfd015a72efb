"""Statuses are cached for two seconds, for each member."""

import asyncio
from dataclasses import replace

from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import IncomingMessage
from bot.core.members.status_cache import TTL_SECONDS, StatusCache
from bot.core.ports import MemberStatus
from tests.core.fakes import ANNA, BEN, message
from tests.core.memory_store import MemoryMembers, MemoryStore


class CountingMembers(MemoryMembers):
    """Counts the reads of a status."""

    reads = 0

    async def status(self, message: IncomingMessage) -> MemberStatus:
        self.reads += 1
        await asyncio.sleep(0)  # as a database lets others go on
        return await super().status(message)


async def test_a_status_is_read_once_within_its_ttl() -> None:
    members, now = CountingMembers(MemoryStore()), [0.0]
    cache = StatusCache(members, lambda: now[0])
    for number in range(5):
        assert await cache.get(message(number=str(number))) == MemberStatus(ChatSettings(), False)
    assert members.reads == 1


async def test_a_status_expires_and_is_cached_for_each_member() -> None:
    members, now = CountingMembers(MemoryStore()), [0.0]
    cache = StatusCache(members, lambda: now[0])
    anna, ben = message(), replace(message(), author=BEN)
    await cache.get(anna)
    await members.set_opted_out("console", ANNA, True)
    assert await cache.get(ben) == MemberStatus(ChatSettings(), False)
    now[0] += TTL_SECONDS
    assert await cache.get(anna) == MemberStatus(ChatSettings(), True)


async def test_messages_at_the_same_time_read_a_status_once() -> None:
    members, now = CountingMembers(MemoryStore()), [0.0]
    cache = StatusCache(members, lambda: now[0])
    for _ in range(2):
        members.reads = 0
        await asyncio.gather(*(cache.get(message(number=str(number))) for number in range(5)))
        assert members.reads == 1
        now[0] += TTL_SECONDS

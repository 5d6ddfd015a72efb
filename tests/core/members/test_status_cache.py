"""What is remembered between two keys."""

from dataclasses import replace

from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import IncomingMessage
from bot.core.members.status_cache import TTL_SECONDS, StatusCache
from tests.core.fakes import ANNA, BEN, message
from tests.core.memory_store import MemoryMembers, MemoryStore


class CountingMembers(MemoryMembers):
    """Counts the reads of a status."""

    reads = 0

    async def status(self, message: IncomingMessage) -> tuple[ChatSettings, bool]:
        self.reads += 1
        return await super().status(message)


async def test_one_reading_does_for_all_keys_of_a_moment() -> None:
    members, now = CountingMembers(MemoryStore()), [0.0]
    standings = StatusCache(members, lambda: now[0])
    for number in range(5):
        assert await standings.get(message(number=str(number))) == (ChatSettings(), False)
    assert members.reads == 1


async def test_a_change_is_noticed_after_a_moment_and_people_are_told_apart() -> None:
    members, now = CountingMembers(MemoryStore()), [0.0]
    standings = StatusCache(members, lambda: now[0])
    anna, ben = message(), replace(message(), author=BEN)
    await standings.get(anna)
    await members.set_opted_out("console", ANNA, True)
    assert await standings.get(ben) == (ChatSettings(), False)
    now[0] += TTL_SECONDS
    assert await standings.get(anna) == (ChatSettings(), True)

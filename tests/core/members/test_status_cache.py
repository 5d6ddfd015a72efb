"""What is remembered between two keys."""

from dataclasses import replace

from bot.core.events import IncomingMessage
from bot.core.members.status_cache import SECONDS, StatusCache
from bot.core.messages.policy import ChatSettings
from tests.core.fakes import ANNA, BEN, MemoryStore, message


class CountingStore(MemoryStore):
    """Counts how often it is asked."""

    asked = 0

    async def member_status(self, message: IncomingMessage) -> tuple[ChatSettings, bool]:
        self.asked += 1
        return await super().member_status(message)


async def test_one_reading_does_for_all_keys_of_a_moment() -> None:
    store, now = CountingStore(), [0.0]
    standings = StatusCache(store, lambda: now[0])
    for number in range(5):
        assert await standings.get(message(number=str(number))) == (ChatSettings(), False)
    assert store.asked == 1


async def test_a_change_is_noticed_after_a_moment_and_people_are_told_apart() -> None:
    store, now = CountingStore(), [0.0]
    standings = StatusCache(store, lambda: now[0])
    anna, ben = message(), replace(message(), author=BEN)
    await standings.get(anna)
    await store.set_opted_out("console", ANNA, True)
    assert await standings.get(ben) == (ChatSettings(), False)
    now[0] += SECONDS
    assert await standings.get(anna) == (ChatSettings(), True)

"""The preference cache: changes hold at the next message, and its size is bounded."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.core.events import MessageRef
from bot.core.preferences.cache import CHANGE_POLL_INTERVAL, MAX_AGE, PreferenceCache
from bot.core.preferences.counts import CommunityCounts, Counts
from bot.core.preferences.prior import DEFAULT_PRIOR
from tests.core.fakes import MOMENT, ref
from tests.core.memory_store import MemoryPreferences, MemoryStore

DISLIKED = {"😂": Counts(shown=40, expected_kept=20, removed=40)}


class CountingStore(MemoryPreferences):
    """Counts reads and polls; ``gate`` delays reads."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.reads = self.polls = 0
        self.gate: asyncio.Event | None = None

    async def counts(self, ref: MessageRef, now: datetime) -> CommunityCounts:
        self.reads += 1
        found = await super().counts(ref, now)
        if self.gate is not None:
            await self.gate.wait()
        return found

    async def changes(self, since: datetime) -> dict[tuple[str, str], datetime]:
        self.polls += 1
        return dict(await super().changes(since))


class ClockedCache:
    """A cache with a clock that tests set."""

    def __init__(self, communities: int = 3) -> None:
        self.now = MOMENT
        self.store = CountingStore()
        self.cache = PreferenceCache(self.store, lambda: self.now, communities)

    async def bias(self, community: str = "home") -> float:
        return (await self.cache.get(ref(community=community))).bias.get("😂", 0.0)


@pytest.fixture
def clocked() -> ClockedCache:
    return ClockedCache()


async def test_counts_are_read_once_until_invalidated(clocked: ClockedCache) -> None:
    assert await clocked.bias() == await clocked.bias() == 0
    assert clocked.store.reads == 1
    clocked.store.pending["console", "home"] = DISLIKED
    assert await clocked.bias() == 0
    clocked.cache.invalidate(ref())
    assert await clocked.bias() < -1
    assert clocked.store.reads == 2


async def test_messages_at_the_same_time_read_counts_once(clocked: ClockedCache) -> None:
    clocked.store.gate = asyncio.Event()
    clocked.store.pending["console", "home"] = DISLIKED
    readers = [asyncio.create_task(clocked.bias()) for _ in range(3)]
    await asyncio.wait(readers, timeout=0)
    clocked.store.gate.set()
    assert all(bias < -1 for bias in await asyncio.gather(*readers))
    assert clocked.store.reads == 1


async def test_changes_by_another_process_are_found_by_polling(clocked: ClockedCache) -> None:
    assert await clocked.bias() == 0
    await clocked.store.replace_counts(ref(), DISLIKED, clocked.now)
    clocked.now += CHANGE_POLL_INTERVAL
    assert await clocked.bias() < -1
    clocked.now += CHANGE_POLL_INTERVAL
    await clocked.bias()
    # The same change is not read again, and one poll serves all communities.
    assert clocked.store.reads == 2
    await clocked.bias("other")
    assert clocked.store.polls == 2


async def test_counts_are_read_again_after_the_maximum_age(clocked: ClockedCache) -> None:
    await clocked.bias()
    clocked.now += MAX_AGE
    await clocked.bias()
    assert clocked.store.reads == 2


async def test_the_least_recently_used_community_is_evicted(clocked: ClockedCache) -> None:
    for community in ("a", "b", "c", "a", "d", "a"):
        await clocked.bias(community)
    assert clocked.store.reads == 4
    await clocked.bias("b")
    assert clocked.store.reads == 5


async def test_an_invalidation_while_counts_are_read_is_not_lost(clocked: ClockedCache) -> None:
    clocked.store.gate = asyncio.Event()
    loading = asyncio.create_task(clocked.bias())
    await asyncio.wait([loading], timeout=0)
    clocked.store.pending["console", "home"] = DISLIKED
    clocked.cache.invalidate(ref())
    clocked.store.gate.set()
    assert await loading == 0
    assert await clocked.bias() < -1


async def test_changes_by_a_process_with_a_slow_clock_are_found(clocked: ClockedCache) -> None:
    await clocked.bias()
    await clocked.store.replace_counts(ref(), DISLIKED, clocked.now - timedelta(seconds=5))
    clocked.now += CHANGE_POLL_INTERVAL
    assert await clocked.bias() < -1


async def test_the_prior_is_fitted_to_all_communities_and_used_from_then_on(
    clocked: ClockedCache,
) -> None:
    few = {"😂": Counts(shown=6, expected_kept=3, removed=5)}
    clocked.store.pending["console", "home"] = few
    before = await clocked.bias()
    fitted = await clocked.cache.refit_prior()
    assert fitted != DEFAULT_PRIOR
    for number in range(40):
        strong = {
            f":e{n}:": Counts(shown=60, expected_kept=30, removed=60 * (n % 2)) for n in range(20)
        }
        clocked.store.pending["console", str(number)] = strong
    await clocked.cache.refit_prior()
    assert await clocked.bias() < before
    assert clocked.store.reads == 2


async def test_without_communities_the_default_prior_stays(clocked: ClockedCache) -> None:
    assert await clocked.cache.refit_prior() == DEFAULT_PRIOR

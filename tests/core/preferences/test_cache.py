"""What is remembered of tastes: changes count at the next message, and memory is bounded."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.core.events import MessageRef
from bot.core.preferences.cache import REFRESH, STALE, PreferenceCache
from bot.core.preferences.counts import CommunityCounts, Counts
from bot.core.preferences.prior import DEFAULT_PRIOR
from tests.core.fakes import MOMENT, ref
from tests.core.memory_store import MemoryPreferences, MemoryStore

HATED = {"😂": Counts(shown=40, expected_kept=20, removed=40)}


class CountingStore(MemoryPreferences):
    """Counts how often it was read; ``gate`` holds reading back."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.reads = self.looks = 0
        self.gate: asyncio.Event | None = None

    async def counts(self, ref: MessageRef, now: datetime) -> CommunityCounts:
        self.reads += 1
        found = await super().counts(ref, now)
        if self.gate is not None:
            await self.gate.wait()
        return found

    async def changes(self, since: datetime) -> dict[tuple[str, str], datetime]:
        self.looks += 1
        return dict(await super().changes(since))


class Clocked:
    """Tastes whose clock stands still until a test moves it."""

    def __init__(self, communities: int = 3) -> None:
        self.now = MOMENT
        self.store = CountingStore()
        self.tastes = PreferenceCache(self.store, lambda: self.now, communities)

    async def bias(self, community: str = "home") -> float:
        return (await self.tastes.get(ref(community=community))).bias.get("😂", 0.0)


@pytest.fixture
def clocked() -> Clocked:
    return Clocked()


async def test_it_is_read_once_until_something_is_said(clocked: Clocked) -> None:
    assert await clocked.bias() == await clocked.bias() == 0
    assert clocked.store.reads == 1
    clocked.store.pending["console", "home"] = HATED
    assert await clocked.bias() == 0
    clocked.tastes.invalidate(ref())
    assert await clocked.bias() < -1
    assert clocked.store.reads == 2


async def test_another_processs_change_is_noticed_within_seconds(clocked: Clocked) -> None:
    assert await clocked.bias() == 0
    await clocked.store.replace_counts(ref(), HATED, clocked.now)
    clocked.now += REFRESH
    assert await clocked.bias() < -1
    clocked.now += REFRESH
    await clocked.bias()
    # The same change is not read again, and one look serves all.
    assert clocked.store.reads == 2
    await clocked.bias("other")
    assert clocked.store.looks == 2


async def test_what_was_only_shown_is_read_after_a_while(clocked: Clocked) -> None:
    await clocked.bias()
    clocked.now += STALE
    await clocked.bias()
    assert clocked.store.reads == 2


async def test_the_least_recently_used_community_goes_first(clocked: Clocked) -> None:
    for community in ("a", "b", "c", "a", "d", "a"):
        await clocked.bias(community)
    assert clocked.store.reads == 4
    await clocked.bias("b")
    assert clocked.store.reads == 5


async def test_a_change_while_it_is_read_is_not_lost(clocked: Clocked) -> None:
    clocked.store.gate = asyncio.Event()
    reading = asyncio.create_task(clocked.bias())
    await asyncio.wait([reading], timeout=0)
    clocked.store.pending["console", "home"] = HATED
    clocked.tastes.invalidate(ref())
    clocked.store.gate.set()
    assert await reading == 0
    assert await clocked.bias() < -1


async def test_clocks_may_differ(clocked: Clocked) -> None:
    await clocked.bias()
    await clocked.store.replace_counts(ref(), HATED, clocked.now - timedelta(seconds=5))
    clocked.now += REFRESH
    assert await clocked.bias() < -1


async def test_the_prior_is_fitted_to_all_and_holds_from_then_on(clocked: Clocked) -> None:
    some = {"😂": Counts(shown=6, expected_kept=3, removed=5)}
    clocked.store.pending["console", "home"] = some
    before = await clocked.bias()
    fitted = await clocked.tastes.refit_prior()
    assert fitted != DEFAULT_PRIOR
    for number in range(40):
        strong = {
            f":e{n}:": Counts(shown=60, expected_kept=30, removed=60 * (n % 2)) for n in range(20)
        }
        clocked.store.pending["console", str(number)] = strong
    await clocked.tastes.refit_prior()
    assert await clocked.bias() < before
    assert clocked.store.reads == 2


async def test_without_communities_the_shipped_prior_stays(clocked: Clocked) -> None:
    assert await clocked.tastes.refit_prior() == DEFAULT_PRIOR

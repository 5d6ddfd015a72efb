"""Work that waits for the store, with time that does not pass."""

import asyncio

import pytest

from bot.core.concurrency import store_retry
from bot.core.concurrency.store_retry import MAX_ATTEMPTS, StoreRetry, retry_until_stored
from bot.core.errors import StoreFailed


class Store:
    """A store that is away for some operations."""

    def __init__(self, away: int) -> None:
        self.away = away
        self.done = 0

    async def use(self) -> None:
        if self.away:
            self.away -= 1
            raise StoreFailed("away")
        self.done += 1


@pytest.fixture(autouse=True)
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_retry, "FIRST_DELAY_SECONDS", 0.0)


async def test_work_is_repeated_once_the_probe_succeeds() -> None:
    probed, worked = Store(20), Store(1)
    await StoreRetry(probed.use).run(worked.use)
    assert (probed.done, worked.done) == (1, 1)


async def test_work_that_a_healthy_store_refuses_is_given_up() -> None:
    probed, refused = Store(0), Store(1000)
    with pytest.raises(StoreFailed):
        await StoreRetry(probed.use).run(refused.use)
    assert refused.away == 1000 - MAX_ATTEMPTS


async def test_too_much_waiting_work_is_refused() -> None:
    retry = StoreRetry(Store(1000).use, max_waiting=1)
    waiting = asyncio.create_task(retry.run(Store(1).use))
    await asyncio.sleep(0)
    with pytest.raises(StoreFailed):
        await retry.run(Store(1).use)
    waiting.cancel()


async def test_other_errors_are_raised_at_once() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await StoreRetry(Store(0).use).run(broken)


async def test_a_store_that_comes_back_late_is_waited_for() -> None:
    late = Store(30)
    await retry_until_stored(late.use)
    assert late.done == 1

"""Several requests for one load: all get its result."""

import asyncio

import pytest

from bot.core.concurrency.single_flight import SingleFlight


class Source:
    """Something to load, which waits at its gate."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.loads = 0

    async def load(self) -> int:
        self.loads += 1
        number = self.loads
        await self.gate.wait()
        return number

    async def fail(self) -> int:
        await self.load()
        raise OSError("no disk")


async def started(flights: SingleFlight[str, int], source: Source) -> "asyncio.Task[int]":
    task = asyncio.create_task(flights.join("a", source.load))
    await asyncio.wait([task], timeout=0)
    return task


async def test_a_load_is_shared_and_the_next_one_is_new() -> None:
    flights, source = SingleFlight[str, int](), Source()
    tasks = [await started(flights, source) for _ in range(3)]
    source.gate.set()
    assert await asyncio.gather(*tasks) == [1, 1, 1]
    assert await flights.join("a", source.load) == 2


async def test_other_keys_are_other_loads() -> None:
    flights, source = SingleFlight[str, int](), Source()
    source.gate.set()
    assert await asyncio.gather(*(flights.join(key, source.load) for key in "aba")) == [1, 2, 1]


async def test_a_failure_reaches_all_and_is_not_kept() -> None:
    flights, source = SingleFlight[str, int](), Source()
    tasks = [asyncio.create_task(flights.join("a", source.fail)) for _ in range(2)]
    source.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [OSError, OSError]
    assert source.loads == 1
    assert await flights.join("a", source.load) == 2


async def test_a_cancelled_caller_does_not_cancel_the_load() -> None:
    flights, source = SingleFlight[str, int](), Source()
    first, second = [await started(flights, source) for _ in range(2)]
    first.cancel()
    source.gate.set()
    assert await second == 1
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_discarded_load_goes_to_those_who_wait_alone() -> None:
    flights, source = SingleFlight[str, int](), Source()
    current: list[bool] = []

    async def load() -> int:
        number = await source.load()
        current.append(flights.is_current("a"))
        return number

    early = asyncio.create_task(flights.join("a", load))
    await asyncio.wait([early], timeout=0)
    flights.discard("a")
    late = asyncio.create_task(flights.join("a", load))
    await asyncio.wait([late], timeout=0)
    source.gate.set()
    assert list(await asyncio.gather(early, late)) == [1, 2]
    assert current == [False, True]
    assert not flights.is_current("a")

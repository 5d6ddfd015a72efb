"""Work that waits for its time."""

import asyncio

from bot.core.concurrency.delayed_tasks import DelayedTasks
from bot.core.concurrency.ordered_tasks import OrderedTasks
from tests.core.fakes import ref


async def test_work_runs_once_at_its_time_unless_it_is_cancelled() -> None:
    tasks, done = OrderedTasks(), asyncio.Queue[str]()
    delayed = DelayedTasks(tasks, max_waiting=3)
    for number, seconds in (("1", 0.02), ("2", 0.0), ("2", 0.0), ("3", 0.0), ("4", 0.0)):
        delayed.submit(ref(number), seconds, lambda number=number: done.put(number))  # type: ignore[misc]
    delayed.cancel(ref("3"))
    delayed.cancel(ref("unknown"))
    assert [await done.get(), await done.get()] == ["2", "1"]
    delayed.submit(ref("2"), 0.0, lambda: done.put("again"))
    assert await done.get() == "again"
    delayed.submit(ref("5"), 0.0, lambda: done.put("5"))
    delayed.cancel_all()
    await tasks.drain(1.0)
    assert done.empty()

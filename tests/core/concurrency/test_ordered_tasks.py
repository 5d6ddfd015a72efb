"""Accepted tasks: in order for each message, side by side else, finished or given up."""

import asyncio
import logging

import pytest

from bot.core.concurrency.ordered_tasks import OrderedTasks
from tests.core.fakes import ref


class Steps:
    """Pieces of work that wait to be let go, and what they did."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.go = asyncio.Event()

    async def work(self, name: str) -> None:
        self.begun.append(name)
        await self.go.wait()
        self.ended.append(name)


async def test_tasks_of_a_message_run_in_order_and_others_concurrently() -> None:
    intake, steps = OrderedTasks(), Steps()
    for number, name in (("1", "first"), ("1", "second"), ("2", "other")):
        intake.submit(ref(number), steps.work(name))
    for _ in range(5):
        await asyncio.sleep(0)
    assert steps.begun == ["first", "other"]
    steps.go.set()
    await intake.drain(5)
    assert sorted(steps.ended) == ["first", "other", "second"]
    assert steps.ended.index("first") < steps.ended.index("second")


async def test_a_failed_task_does_not_affect_later_ones(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise RuntimeError("secret words of a member")

    intake, steps = OrderedTasks(), Steps()
    steps.go.set()
    intake.submit(ref(), fails())
    intake.submit(ref(), steps.work("next"))
    await intake.drain(5)
    assert steps.ended == ["next"]
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


async def test_closing_cancels_slow_tasks_and_refuses_new_ones(
    caplog: pytest.LogCaptureFixture,
) -> None:
    intake, steps = OrderedTasks(), Steps()
    task = intake.submit(ref(), steps.work("slow"))
    behind = intake.submit(ref(), steps.work("behind"))  # never begun, and no warning of it
    with caplog.at_level(logging.WARNING):
        await intake.drain(0.01)
    assert task is not None
    assert behind is not None
    assert task.cancelled()
    assert behind.cancelled()
    assert "2 events were cancelled" in caplog.text
    assert intake.submit(ref(), steps.work("later")) is None
    assert steps.ended == []

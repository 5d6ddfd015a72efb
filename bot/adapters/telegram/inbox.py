"""The updates, each handled once and passed to the core in order for each message."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from bot.adapters.intake import Work
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.dispatch import Dispatcher
from bot.adapters.telegram.polling import Batch
from bot.adapters.telegram.refs import NAME
from bot.adapters.telegram.update_claims import UpdateClaims
from bot.adapters.telegram.updates import ReceivedUpdate
from bot.adapters.telegram.work import TaskInput
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.events import MessageRef
from bot.log import describe

logger = logging.getLogger(__name__)


class Inbox:
    """Tasks for the accepted updates, by their ids."""

    def __init__(self, context: AdapterContext) -> None:
        self._claims = UpdateClaims(context)
        self._tasks = OrderedTasks()
        self._dispatcher = Dispatcher(context, self._tasks)
        self._closed = False
        self.under_way: dict[int, asyncio.Task[None]] = {}

    async def accept(self, batch: Batch) -> bool:
        """Claim and begin polled updates; return False if none was to be begun.

        Waits while the store is away: what is not claimed must not be confirmed.
        """
        if self._closed:
            return False
        if batch.renumbered:
            await self._claims.forget()
        new = [update for update in batch.updates if update.number not in self.under_way]
        claimed = await self._claims.claim_all([update.number for update in new])
        for update in new:
            if update.number in claimed and update.number not in self.under_way:
                self._begin(update, self._finish)
        return bool(claimed)

    def deliver(self, update: ReceivedUpdate, lease: timedelta) -> "asyncio.Task[None] | None":
        """Begin an update from the webhook, unless another process claimed it within ``lease``.

        The claim is part of the task, so that updates of one message begin in the order of their
        arrival. Return the task; None after ``drain``.
        """
        if self._closed:
            return None
        if update.number not in self.under_way:

            async def claim_and_finish(number: int, work: Work) -> None:
                if await self._claims.claim([number], lease):
                    await self._finish(number, work)

            self._begin(update, claim_and_finish)
        return self.under_way.get(update.number)

    async def is_handled(self, number: int) -> bool:
        """Return True if an update was finished, here or in another process."""
        return await self._claims.is_handled(number)

    async def drain(self, seconds: float) -> set[int]:
        """Accept no more and finish what was accepted; return the ids of cancelled updates."""
        self._closed = True
        self._dispatcher.cancel_delayed()
        before = dict(self.under_way)
        await self._tasks.drain(seconds)
        return {number for number, task in before.items() if task.cancelled()}

    def _begin(
        self, update: ReceivedUpdate, run: Callable[[int, Work], Coroutine[Any, Any, None]]
    ) -> None:
        number, (ref, work) = update.number, self._work_on(update)
        task = self._tasks.submit(ref, run(number, work))
        if task is not None:
            self.under_way[number] = task
            task.add_done_callback(lambda _: self.under_way.pop(number))

    def _work_on(self, update: ReceivedUpdate) -> TaskInput:
        found: TaskInput | None = None
        try:
            if update.content is not None:
                found = self._dispatcher.work_on(update.content)
        except Exception as error:
            # The type only: the error's text may quote a message.
            logger.error("a Telegram update was not handled: %s", describe(error))
        return found or (MessageRef(NAME, "", "", str(update.number)), _ignore)

    async def _finish(self, number: int, work: Work) -> None:
        try:
            await self._claims.run(number, work)
        except Exception as error:
            logger.error("a Telegram update was not handled: %s", describe(error))
        await self._claims.mark_handled(number)


async def _ignore() -> None:
    """Finish an update that is not for the bot."""

"""The intake of events: to the core, in order for each message, again while the store is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from bot.adapters.services import PlatformServices
from bot.core.concurrency.delayed_tasks import DelayedTasks
from bot.core.concurrency.ordered_tasks import OrderedTasks
from bot.core.concurrency.store_retry import StoreRetry
from bot.core.errors import StoreFailed
from bot.core.events import (
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
    SkipReason,
)
from bot.core.messages.feedback import require_stored
from bot.core.messages.silence import DropReason, log_dropped_feedback, log_silence
from bot.core.ports import ChatPlatform
from bot.log import describe
from model.emoji import ChosenEmoji

logger = logging.getLogger(__name__)

MAX_AGE_SECONDS = 120.0
"""Older messages are answered only on request."""

Work = Callable[[], Awaitable[object]]
"""Work on an event. Raises ``StoreFailed`` if it can be done again."""


class Intake:
    """Events of one platform, and what the core does with them."""

    def __init__(self, services: PlatformServices) -> None:
        self._services = services
        self._tasks = OrderedTasks()
        self._delayed = DelayedTasks(self._tasks)
        self._retry = StoreRetry(services.store.members.exist)

    def submit(self, ref: MessageRef, work: Work) -> asyncio.Task[None] | None:
        """Do the work after all earlier work on the message; return None after ``drain``."""
        return self._tasks.submit(ref, self._finish(work))

    async def drain(self, seconds: float) -> None:
        """Accept no more and finish what was accepted; drop what waits for its delay."""
        self._delayed.cancel_all()
        await self._tasks.drain(seconds)

    def drop(self, ref: MessageRef, reason: DropReason) -> None:
        """Log why a message is not passed to the core."""
        log_silence(self._services.pseudonyms, ref, reason)

    async def answer(
        self,
        message: IncomingMessage,
        platform: ChatPlatform,
        age_seconds: float,
        again: Callable[[IncomingMessage], Coroutine[Any, Any, object]],
    ) -> Outcome | None:
        """Let the core answer a message; return the outcome, or None if it is too late for one.

        ``again`` takes the message once more when the chat's delay is over.

        Raises:
            StoreFailed: the message was not recorded, and can be passed again.
        """
        if age_seconds > MAX_AGE_SECONDS and not (message.requested or message.waited):
            self.drop(message.ref, DropReason.LATE)
            return None
        outcome = await self._services.service.on_message(message, platform)
        match outcome.skip_reason:
            case SkipReason.STORE_FAILED:
                raise StoreFailed("the message was not recorded")
            case SkipReason.DELAYED:
                waited = partial(again, replace(message, waited=True))
                resume = partial(self._finish, waited)
                self._delayed.submit(message.ref, outcome.delay_seconds, resume)
            case SkipReason.DUPLICATE:
                await self._services.service.show_again(message, platform)
        return outcome

    async def react(
        self,
        ref: MessageRef,
        member: MemberKey,
        emoji: ChosenEmoji,
        *,
        withdrawn: bool = False,
        source: FeedbackSource = FeedbackSource.REACTION,
    ) -> FeedbackKind | None:
        """Take a member's reaction, or its removal; return what it is feedback on.

        Raises:
            StoreFailed: it was not stored, and can be given again.
        """
        given = await self._services.reactions.on_reaction(
            ref, member, emoji, withdrawn=withdrawn, source=source
        )
        self._check(ref, given.result)
        return given.kind

    async def remove(self, ref: MessageRef, actor: MemberKey, emoji: str | None) -> None:
        """Take the removal of a reaction of the bot, or of all if ``emoji`` is None.

        Raises:
            StoreFailed: it was not stored, and can be given again.
        """
        self._check(ref, await self._services.reactions.on_bot_reaction_removed(ref, actor, emoji))

    async def delete(self, ref: MessageRef) -> None:
        """Forget a deleted message, also one that waits for its delay.

        Raises:
            StoreFailed: it was not erased, and can be deleted again.
        """
        self._delayed.cancel(ref)
        if not await self._services.service.on_deletion(ref):
            raise StoreFailed("the deletion was not recorded")

    def _check(self, ref: MessageRef, result: FeedbackResult) -> None:
        log_dropped_feedback(self._services.pseudonyms, ref, result)
        require_stored(result)

    async def _finish(self, work: Work) -> None:
        try:
            await self._retry.run(work)
        except StoreFailed as error:
            logger.error("an event was not stored: %s", describe(error))

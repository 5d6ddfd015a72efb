"""The way of one message, and of everything people say about the bot's answer."""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.core import policy
from bot.core.errors import Overloaded, Refused, StoreFailed
from bot.core.events import Feedback, IncomingMessage, MemberKey, MessageRef, Outcome, SkipReason
from bot.core.policy import ChatSettings
from bot.core.ports import ChatPlatform, EmojiPredictor, Store
from bot.core.recent import Answers, Recent
from bot.log import describe

logger = logging.getLogger(__name__)

TOP = 5
HANDLED_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Chance:
    """Where time and luck come from; tests put their own in."""

    clock: Callable[[], float] = time.monotonic
    """Seconds, never backwards."""
    roll: Callable[[], float] = random.random
    """Uniform in [0, 1)."""


class Service:
    """Ties policy, predictor and store together; nothing that fails inside reaches an adapter."""

    def __init__(
        self, predictor: EmojiPredictor, store: Store, chance: Chance | None = None
    ) -> None:
        """Start with empty short-term memories."""
        self._predictor = predictor
        self._store = store
        self._chance = chance or Chance()
        self._answers = Answers()
        self._handled: Recent[MessageRef, None] = Recent(HANDLED_SIZE)
        self._in_flight: dict[MessageRef, asyncio.Event] = {}
        self.failures: Counter[str] = Counter()
        """How often ``store``, ``predictor`` or ``platform`` failed since the start."""

    async def on_message(self, message: IncomingMessage, platform: ChatPlatform) -> Outcome:
        """Answer a message or stay silent, and record what was scored. Never raises."""
        if message.ref in self._handled:
            return Outcome(message.ref, skip=SkipReason.DUPLICATE)
        self._handled[message.ref] = None
        with self._under_way(message.ref):
            settings = await self._settings(message)
            if isinstance(settings, SkipReason):
                return Outcome(message.ref, skip=settings)
            version = self._predictor.version
            outcome = await self._score(message, settings)
            outcome = await self._show(message, outcome, platform)
            if outcome.predictions or outcome.skip is SkipReason.NOTHING_TO_SAY:
                await self._record(message, outcome, version)
            return outcome

    async def shown(self, ref: MessageRef) -> tuple[str, ...]:
        """The emojis that the bot showed on a message; empty where it did not answer."""
        await self._settled(ref)
        try:
            return await self._store.shown(ref)
        except Exception as error:
            self._failed("store", error)
            return ()

    async def on_feedback(self, feedback: Feedback) -> bool:
        """Store or withdraw a word on an answer; False where it was not kept. Never raises."""
        await self._settled(feedback.ref)
        try:
            # Taking back is always heard; a new word only from those who take part.
            if not feedback.withdrawn and await self._store.opted_out(
                feedback.ref.platform, feedback.actor
            ):
                return False
            return await self._store.add_feedback(feedback)
        except Exception as error:
            self._failed("store", error)
            return False

    async def on_deletion(self, ref: MessageRef) -> None:
        """The message is gone from its platform: forget its prediction. Never raises."""
        await self._settled(ref)
        try:
            await self._store.delete_message(ref)
        except Exception as error:
            self._failed("store", error)

    async def forget(self, platform: str, member: MemberKey) -> int:
        """Erase everything kept about a member but an opt-out; the number of rows erased.

        Raises:
            StoreFailed: nothing was erased; the member must hear so.
        """
        for event in list(self._in_flight.values()):
            await event.wait()
        with self._must_store():
            return await self._store.forget(platform, member)

    async def opt_out(self, platform: str, member: MemberKey) -> None:
        """Neither answer nor record the member from now on.

        Raises:
            StoreFailed: the wish was not stored; the member must hear so.
        """
        with self._must_store():
            await self._store.set_opted_out(platform, member, True)

    async def opt_in(self, platform: str, member: MemberKey) -> None:
        """Take an opt-out back.

        Raises:
            StoreFailed: the wish was not stored; the member must hear so.
        """
        with self._must_store():
            await self._store.set_opted_out(platform, member, False)

    async def _settings(self, message: IncomingMessage) -> ChatSettings | SkipReason:
        ref = message.ref
        try:
            settings = await self._store.settings(ref)
            opted_out = await self._store.opted_out(ref.platform, message.author)
        except Exception as error:
            # Whether we may speak is unknown, and silence harms nobody.
            self._failed("store", error)
            return SkipReason.FAILED
        reason = policy.eligible(
            message,
            settings,
            self._answers.pace(_chat(ref), self._chance.clock()),
            opted_out=opted_out,
            roll=self._chance.roll(),
        )
        return settings if reason is None else reason

    async def _score(self, message: IncomingMessage, settings: ChatSettings) -> Outcome:
        """The predictions with what the policy would show, or why nothing."""
        outcome = Outcome(message.ref)
        candidates = policy.allowed(message.candidates, settings)
        if candidates is not None and not candidates:
            return replace(outcome, skip=SkipReason.NOTHING_ALLOWED)
        try:
            predictions = await self._predictor.predict(message.text, TOP, candidates)
        except Overloaded:
            return replace(outcome, skip=SkipReason.OVERLOADED)
        except Exception as error:
            self._failed("predictor", error)
            return replace(outcome, skip=SkipReason.FAILED)
        outcome = replace(outcome, predictions=tuple(predictions))
        chosen = policy.choose(predictions, settings, self._predictor.threshold)
        if isinstance(chosen, SkipReason):
            return replace(outcome, skip=chosen)
        # Others may have been answered while this one was being read.
        now = self._chance.clock()
        pace = self._answers.pace(_chat(message.ref), now)
        if too_soon := policy.out_of_pace(message, settings, pace):
            return replace(outcome, skip=too_soon)
        self._answers.add(_chat(message.ref), now)
        return replace(outcome, chosen=chosen)

    async def _show(
        self, message: IncomingMessage, outcome: Outcome, platform: ChatPlatform
    ) -> Outcome:
        if not outcome.chosen:
            return outcome
        try:
            await platform.react(message.ref, outcome.chosen)
        except Refused as error:
            reason = error.reason
        except Exception as error:
            self._failed("platform", error)
            reason = "error"
        else:
            return outcome
        return replace(outcome, chosen=(), skip=SkipReason.REFUSED, refusal=reason)

    async def _record(self, message: IncomingMessage, outcome: Outcome, version: str) -> None:
        try:
            await self._store.record(message, outcome, version)
        except Exception as error:
            self._failed("store", error)

    def _failed(self, part: str, error: Exception) -> None:
        self.failures[part] += 1
        logger.error("the %s failed: %s", part, describe(error))

    @contextmanager
    def _must_store(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._failed("store", error)
            raise StoreFailed("this could not be stored; please try again later") from None

    @contextmanager
    def _under_way(self, ref: MessageRef) -> Iterator[None]:
        self._in_flight[ref] = asyncio.Event()
        try:
            yield
        finally:
            self._in_flight.pop(ref).set()

    async def _settled(self, ref: MessageRef) -> None:
        """Wait for the answer to this message, so that its row exists before it is changed."""
        if event := self._in_flight.get(ref):
            await event.wait()


def _chat(ref: MessageRef) -> tuple[str, str, str]:
    return ref.platform, ref.community, ref.chat

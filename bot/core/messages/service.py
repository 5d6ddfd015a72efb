"""The way of one message, and of everything people say about the bot's answer."""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.errors import Overloaded, PlatformRefused, StoreFailed
from bot.core.events import (
    Feedback,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
    RecordedOutcome,
    SkipReason,
)
from bot.core.members.requests import LearntState, MemberRequests
from bot.core.members.status_cache import MemberStatus, StatusCache
from bot.core.messages import policy
from bot.core.messages.pace import RateWindow, Recent
from bot.core.messages.policy import TOP_K, DecisionContext
from bot.core.ports import ChatPlatform, EmojiPredictor, Store
from bot.core.preferences.cache import PreferenceCache
from bot.core.preferences.custom_emoji import CustomEmojiOffsets, EmbeddingOffsets
from bot.core.preferences.exploration import explore
from bot.core.preferences.posterior import Preferences
from bot.core.preferences.ranking import rank_with_pending
from bot.core.preferences.threshold import adapt_threshold
from bot.log import describe
from model import Prediction

logger = logging.getLogger(__name__)

HANDLED_SIZE = 10_000


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Randomness:
    """Where time and luck come from; tests put their own in."""

    clock: Callable[[], float] = time.monotonic
    """Seconds, never backwards."""
    roll: Callable[[], float] = random.random
    """Uniform in [0, 1)."""
    normal: Callable[[], float] = random.gauss
    """Of mean 0 and standard deviation 1."""
    now: Callable[[], datetime] = _utc_now
    """Aware."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message that is to be looked at."""

    settings: ChatSettings
    opted_out: bool
    """Somebody who asks is answered all the same, and nothing is recorded."""


@dataclass(frozen=True, slots=True)
class _Show:
    """Where and how an answer is shown."""

    platform: ChatPlatform
    mode: Mode


class Service:
    """Ties policy, predictor and store together; nothing that fails inside reaches an adapter."""

    def __init__(
        self, predictor: EmojiPredictor, store: Store, chance: Randomness | None = None
    ) -> None:
        """Start with empty short-term memories."""
        self._predictor = predictor
        self._store = store
        self._chance = chance or Randomness()
        self._tastes = PreferenceCache(store.preferences, self._chance.now)
        self._rows = CustomEmojiOffsets(store.consented_texts, predictor, self._chance.now)
        self._standings = StatusCache(store.members, self._chance.clock)
        self._answers = RateWindow()
        self._handled: Recent[MessageRef, None] = Recent(HANDLED_SIZE)
        self._in_flight: dict[MessageRef, asyncio.Event] = {}
        learnt = LearntState(self._tastes, self._rows, self._chance.now)
        self.member_requests = MemberRequests(store, learnt, self._all_settled, self._failed)
        """What people ask to be done or told."""
        self.failures: Counter[str] = Counter()
        """How often ``store``, ``predictor`` or ``platform`` failed since the start."""
        self.refusals: Counter[str] = Counter()
        """How often a platform would not show an answer, by the name of its reason."""
        self.dropped: Counter[str] = Counter()
        """How much feedback was not stored since the start, by ``FeedbackResult``."""

    async def on_message(self, message: IncomingMessage, platform: ChatPlatform) -> Outcome:
        """Answer a message or stay silent, and record what was scored. Never raises."""
        if message.ref in self._handled:
            return Outcome(message.ref, skip_reason=SkipReason.DUPLICATE)
        self._handled[message.ref] = None
        with self._under_way(message.ref):
            heard = await self._hear(message, self._store.members.status(message))
            if isinstance(heard, SkipReason):
                return Outcome(message.ref, skip_reason=heard)
            outcome = await self._score(message, heard.settings)
            # The row comes first: after a crash, or beside a second process that got the same
            # message, it says that the message is taken.
            if not heard.opted_out and not await self._record(message, outcome):
                return Outcome(message.ref, skip_reason=SkipReason.DUPLICATE)
            return await self._show(message, outcome, _Show(platform, heard.settings.mode))

    async def show_again(self, outcome: Outcome, platform: ChatPlatform) -> Outcome:
        """Put a recorded answer on its message, whose process may have ended before. Never raises.

        For platforms on which the same reaction twice is one.
        """
        with self._under_way(outcome.ref):
            return await self._present(outcome, platform.react(outcome.ref, outcome.shown))

    async def preview(self, message: IncomingMessage) -> Outcome:
        """What a message would be answered with; nothing is shown or recorded. Never raises.

        Meant for texts that are being typed: settings and opt-out are those of two seconds ago.
        """
        heard = await self._hear(message, self._standings.get(message))
        if isinstance(heard, SkipReason):
            return Outcome(message.ref, skip_reason=heard)
        return await self._score(message, heard.settings)

    async def shown_emojis(self, ref: MessageRef) -> tuple[str, ...]:
        """The emojis that the bot showed on a message; empty where it did not answer."""
        answer = await self.recorded_outcome(ref)
        return answer.outcome.shown if answer else ()

    async def recorded_outcome(self, ref: MessageRef) -> RecordedOutcome | None:
        """Return what is stored of a message; None if that is nothing or unknown. Never raises."""
        try:
            return await self.find_outcome(ref)
        except StoreFailed:
            return None

    async def find_outcome(self, ref: MessageRef) -> RecordedOutcome | None:
        """Return what is stored of a message; None if it was not scored.

        Raises:
            StoreFailed: the store cannot be read.
        """
        await self._settled(ref)
        try:
            return await self._store.outcomes.find(ref)
        except Exception as error:
            self._failed("store", error)
            raise StoreFailed("the outcome cannot be read") from None

    async def on_feedback(self, feedback: Feedback) -> FeedbackResult:
        """Store or withdraw feedback. Never raises."""
        return await self._record_feedback(feedback.ref, self._store.feedback.add(feedback))

    async def on_unprompted_reaction(self, ref: MessageRef, member: MemberKey, emoji: str) -> None:
        """Somebody put an emoji on a message that the bot scored and left alone. Never raises."""
        try:
            if await self._store.members.is_opted_out(ref.platform, member):
                return
            if await self._store.unprompted.count(ref, member, emoji, self._chance.now()):
                self._tastes.invalidate(ref)
        except Exception as error:
            self._failed("store", error)

    async def on_replaced_feedback(
        self,
        ref: MessageRef,
        actor: MemberKey,
        source: FeedbackSource,
        feedback: Sequence[Feedback],
    ) -> FeedbackResult:
        """Make these the actor's only feedback through ``source``. Never raises."""
        writing = self._store.feedback.replace(ref, actor, source, feedback)
        return await self._record_feedback(ref, writing)

    async def suggest(self, ref: MessageRef, text: str) -> tuple[Prediction, ...]:
        """The five for a text that stands in no chat, by the settings of ``ref``'s.

        Nothing is recorded; empty where there is nothing to offer. Never raises.
        """
        try:
            settings = await self._store.chat_settings.get(ref)
        except Exception as error:
            self._failed("store", error)
            return ()
        draft = IncomingMessage(ref, MemberKey(""), text, requested=True)
        return tuple((await self._score(draft, settings)).predictions)

    async def on_deletion(self, ref: MessageRef) -> None:
        """The message is gone from its platform: forget its prediction. Never raises."""
        await self._settled(ref)
        try:
            await self._store.outcomes.delete(ref)
        except Exception as error:
            self._failed("store", error)
        self._rows.invalidate(ref.platform)

    async def refit_preference_prior(self) -> None:
        """Fit anew how much communities' tastes differ. Never raises."""
        try:
            fitted = await self._tastes.refit_prior()
        except Exception as error:
            self._failed("store", error)
        else:
            weights = ", ".join(f"{weight:.2f}" for weight in fitted.weights)
            logger.debug("the prior of tastes: %s; strength %.0f", weights, fitted.strength)

    async def _record_feedback(
        self, ref: MessageRef, writing: Coroutine[Any, Any, FeedbackResult]
    ) -> FeedbackResult:
        with closing(writing):  # a cancelled wait leaves it unawaited
            await self._settled(ref)
            try:
                result = await writing
            except Exception as error:
                self._failed("store", error)
                return FeedbackResult.STORE_FAILED
        if result is FeedbackResult.RECORDED:
            self._tastes.invalidate(ref)
        else:
            self.dropped[result.value] += 1
        return result

    async def _hear(
        self, message: IncomingMessage, standing: Awaitable[MemberStatus]
    ) -> _Heard | SkipReason:
        ref = message.ref
        try:
            settings, opted_out = await standing
        except Exception as error:
            # Whether we may speak is unknown, and silence harms nobody.
            self._failed("store", error)
            return SkipReason.FAILED
        given = DecisionContext(
            now=self._chance.now(),
            roll=self._chance.roll(),
            pace=self._answers.pace(_chat(ref), self._chance.clock()),
            opted_out=opted_out,
        )
        reason = policy.skip_before_prediction(message, settings, given)
        return _Heard(settings, opted_out) if reason is None else reason

    async def _score(self, message: IncomingMessage, settings: ChatSettings) -> Outcome:
        """The predictions with what the policy would show, or why nothing."""
        taste = await self._learnt(message.ref)
        candidates = policy.allowed_emojis(message, settings)
        moves = await self._moves(message, candidates)
        # Nothing is awaited from here until the predictor is asked: these are of its artifact.
        own = adapt_threshold(self._predictor.threshold, settings.target_acceptance, taste)
        least = policy.confidence_threshold(message, settings, own)
        outcome = Outcome(message.ref, artifact_version=self._predictor.version, threshold=least)
        if candidates is not None and not candidates:
            return replace(outcome, skip_reason=SkipReason.NO_ALLOWED_EMOJI)
        # Five are to be left when those that the chat denies are gone; one more may take the last
        # place (``follow``).
        wanted = TOP_K + 1 if candidates is not None else TOP_K + 1 + len(settings.emoji_deny)
        try:
            predicted = await self._predictor.predict(
                message.text, wanted, candidates, taste.bias, moves
            )
        except Overloaded:
            return replace(outcome, skip_reason=SkipReason.OVERLOADED)
        except Exception as error:
            self._failed("predictor", error)
            return replace(outcome, skip_reason=SkipReason.FAILED)
        ranked = rank_with_pending(predicted, taste)
        left = policy.permitted_predictions(ranked, settings) or ranked
        outcome = replace(outcome, predictions=left[:TOP_K])
        offer = message.requested or settings.mode is Mode.REPLY
        chosen = policy.choose_emojis(ranked, settings, least, offer=offer)
        if isinstance(chosen, SkipReason):
            return replace(outcome, skip_reason=chosen)
        # Others may have been answered while this one was being read.
        now = self._chance.clock()
        pace = self._answers.pace(_chat(message.ref), now)
        if too_soon := policy.skip_by_pace(message, settings, pace):
            return replace(outcome, skip_reason=too_soon)
        if not message.requested:
            self._answers.add(_chat(message.ref), now)
        if not offer:
            chosen = self._try(chosen, outcome.predictions, settings, taste)
        return replace(outcome, shown=chosen, as_buttons=offer)

    def _try(
        self,
        chosen: tuple[str, ...],
        five: Sequence[Prediction],
        settings: ChatSettings,
        taste: Preferences,
    ) -> tuple[str, ...]:
        """What is to be shown, now and then a second choice in the place of the first."""
        if self._chance.roll() < 1 - settings.exploration_rate:
            return chosen
        tried = explore(five, taste, self._chance.normal)
        if tried is None or tried in chosen:
            return chosen
        return (tried, *chosen[1:])

    async def _learnt(self, ref: MessageRef) -> Preferences:
        try:
            return await self._tastes.get(ref)
        except Exception as error:
            self._failed("store", error)
            return Preferences()

    async def _moves(
        self, message: IncomingMessage, candidates: Collection[str] | None
    ) -> EmbeddingOffsets:
        try:
            return await self._rows.get(message, candidates)
        except StoreFailed as error:
            self._failed("store", error)
        except Exception as error:
            self._failed("predictor", error)
        return {}

    async def _show(self, message: IncomingMessage, outcome: Outcome, how: _Show) -> Outcome:
        if not outcome.shown:
            return outcome
        if message.requested or how.mode is Mode.REPLY:
            showing = how.platform.reply(message.ref, outcome.predictions)
        else:
            showing = how.platform.react(message.ref, outcome.shown)
        return await self._present(outcome, showing)

    async def _present(self, outcome: Outcome, showing: Awaitable[None]) -> Outcome:
        try:
            await showing
        except PlatformRefused as error:
            reason = error.reason
            self.refusals[reason] += 1
        except Exception as error:
            self._failed("platform", error)
            reason = "error"
        else:
            return outcome
        try:
            await self._store.outcomes.record_refusal(outcome.ref, reason)
        except Exception as error:
            self._failed("store", error)
        return replace(outcome, shown=(), skip_reason=SkipReason.REFUSED, refusal=reason)

    async def _record(self, message: IncomingMessage, outcome: Outcome) -> bool:
        """False where another process has the message; what was never scored leaves no row."""
        if not outcome.predictions and outcome.skip_reason is not SkipReason.NO_PREDICTION:
            return True
        try:
            return await self._store.outcomes.record(message, outcome)
        except Exception as error:
            self._failed("store", error)
            return True

    def _failed(self, part: str, error: Exception) -> None:
        self.failures[part] += 1
        logger.error("the %s failed: %s", part, describe(error))

    @contextmanager
    def _under_way(self, ref: MessageRef) -> Iterator[None]:
        self._in_flight[ref] = asyncio.Event()
        try:
            yield
        finally:
            self._in_flight.pop(ref).set()

    async def _all_settled(self) -> None:
        for event in list(self._in_flight.values()):
            await event.wait()

    async def _settled(self, ref: MessageRef) -> None:
        """Wait for the answer to this message, so that its row exists before it is changed."""
        if event := self._in_flight.get(ref):
            await event.wait()


def _chat(ref: MessageRef) -> tuple[str, str, str]:
    return ref.platform, ref.community, ref.chat

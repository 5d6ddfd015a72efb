"""Service of the core for adapters: messages, feedback, deletions, suggestions."""

import logging
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import closing
from typing import Any

from cachetools import LRUCache

from bot.core.concurrency.in_flight import InFlightMessages
from bot.core.errors import StoreFailed
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
from bot.core.members import reading
from bot.core.members.requests import MemberRequests
from bot.core.members.status_cache import StatusCache
from bot.core.messages.admission import Admission, Admitted
from bot.core.messages.failures import Failures
from bot.core.messages.randomness import Randomness
from bot.core.messages.scoring import Scorer
from bot.core.messages.showing import Showing
from bot.core.ports import ChatPlatform, EmojiPredictor, Store
from bot.core.preferences.cache import PreferenceCache, PreferenceCaches
from bot.core.preferences.custom_emoji import CustomEmojiOffsets
from bot.core.preferences.personal import PersonalPreferences
from model import Prediction
from model.emoji import ChosenEmoji

logger = logging.getLogger(__name__)

MAX_HANDLED = 10_000
"""Messages that are remembered as handled."""
RETRYABLE = frozenset({SkipReason.STORE_FAILED, SkipReason.OVERLOADED, SkipReason.FAILED})
"""Skip reasons that may not hold a moment later; such messages are not recorded."""


class Service:
    """Ties policy, predictor and store together; no failure inside reaches an adapter."""

    def __init__(
        self, predictor: EmojiPredictor, store: Store, randomness: Randomness | None = None
    ) -> None:
        """Start with empty caches."""
        self._store = store
        self._randomness = randomness or Randomness()
        self._failures = Failures()
        now = self._randomness.now
        self._caches = PreferenceCaches(
            PreferenceCache(store.preferences, now),
            CustomEmojiOffsets(store.consented_texts, predictor, now),
            PersonalPreferences(store.preferences, now),
        )
        self._scorer = Scorer(predictor, self._caches, self._randomness, self._failures)
        self._admission = Admission(store, self._scorer.pace, self._randomness, self._failures)
        self._statuses = StatusCache(store.members, self._randomness.clock)
        self._handled: LRUCache[MessageRef, bool] = LRUCache(MAX_HANDLED)
        """False until it is known here what became of the message."""
        self._in_flight = InFlightMessages()
        self.member_requests = MemberRequests(
            store,
            self._caches,
            now,
            self._in_flight.wait_all,
            self._failures.record,
        )
        """Requests of members about their data and their community's preferences."""
        self._showing = Showing(store.outcomes, self._failures)
        self.refusals = self._showing.refusals
        """Number of refusals since the start, by name."""
        self.dropped: Counter[str] = Counter()
        """Amount of feedback that was not stored since the start, by ``FeedbackResult``."""

    @property
    def failures(self) -> Counter[str]:
        """Failures of ``store``, ``predictor`` and ``platform`` since the start."""
        return self._failures.counts

    async def on_message(self, message: IncomingMessage, platform: ChatPlatform) -> Outcome:
        """React to a message or skip it, and record what was scored. Never raises.

        After a reason of ``RETRYABLE`` nothing was shown, and the message can be passed again;
        as it can after a cancellation. After ``SkipReason.DELAYED`` it is to be, once it has
        waited.
        """
        if message.ref in self._handled:
            return Outcome(message.ref, skip_reason=SkipReason.DUPLICATE)
        self._handled[message.ref] = False
        try:
            with self._in_flight.track(message.ref):
                outcome = await self._answer(message, platform)
        except BaseException:  # cancelled
            self._handled.pop(message.ref, None)
            raise
        if outcome.skip_reason in RETRYABLE or outcome.skip_reason is SkipReason.DELAYED:
            self._handled.pop(message.ref, None)
        else:
            self._handled[message.ref] = outcome.skip_reason is not SkipReason.DUPLICATE
        return outcome

    async def _answer(self, message: IncomingMessage, platform: ChatPlatform) -> Outcome:
        admitted = await self._admission.admit(message, self._store.members.status(message))
        if isinstance(admitted, Outcome):
            return admitted
        outcome = await self._scorer.score(message, admitted)
        # Recorded before anything is shown: after a crash, or beside a second process that
        # got the same message, the row says that the message is taken.
        if not admitted.opted_out:
            unrecorded = await self._record(message, outcome)
            if unrecorded is not None:
                self._scorer.withdraw(message, outcome)
                return Outcome(message.ref, skip_reason=unrecorded)
        if not outcome.shown:
            return outcome
        shown = await self._showing.show(platform, outcome)
        if not shown.shown and shown.refusal != "rate_limited":
            self._scorer.withdraw(message, outcome)
        return shown

    async def show_again(
        self, message: IncomingMessage, platform: ChatPlatform, *, replies: bool = True
    ) -> None:
        """Show a recorded outcome whose process may have ended before it did. Never raises.

        Nothing is shown again of which this process knows that it was shown or refused.
        Only for platforms on which the same reaction twice is one; with ``replies``, also the same
        reply. What a member asked for is not shown again: they see that it failed.
        """
        recorded = await self.recorded_outcome(message.ref)
        if recorded is None or message.requested or self._handled.get(message.ref):
            return
        if recorded.outcome.shown and (replies or not recorded.outcome.as_buttons):
            with self._in_flight.track(message.ref):
                await self._showing.show(platform, recorded.outcome)
            self._handled[message.ref] = True

    async def preview(self, message: IncomingMessage) -> Outcome:
        """Return the outcome that a message would have; show and record nothing. Never raises.

        For texts that are being typed: settings and opt-out may be two seconds old.
        """
        admitted = await self._admission.admit(message, self._statuses.get(message))
        if isinstance(admitted, Outcome):
            return admitted
        return await self._scorer.score(message, admitted)

    async def suggest(self, ref: MessageRef, text: str) -> tuple[Prediction, ...]:
        """Return the top five for a text outside any chat, by the settings of ``ref``'s chat.

        Nothing is recorded; empty if there is nothing to offer. Never raises.
        """
        try:
            settings = await self._store.chat_settings.get(ref)
        except Exception as error:
            self._failures.record("store", error)
            return ()
        draft = IncomingMessage(ref, MemberKey(""), text, requested=True)
        return tuple((await self._scorer.score(draft, Admitted(settings))).predictions)

    async def shown_emojis(self, ref: MessageRef) -> tuple[str, ...]:
        """Return the emojis that the bot showed on a message. Never raises."""
        recorded = await self.recorded_outcome(ref)
        return recorded.outcome.shown if recorded else ()

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
        await self._in_flight.wait(ref)
        try:
            return await self._store.outcomes.find(ref)
        except Exception as error:
            self._failures.record("store", error)
            raise StoreFailed("the outcome cannot be read") from None

    async def on_feedback(self, feedback: Feedback) -> FeedbackResult:
        """Store or withdraw feedback. Never raises."""
        return await self._record_feedback(feedback.ref, self._store.feedback.add(feedback))

    async def on_replaced_feedback(
        self,
        ref: MessageRef,
        actor: MemberKey,
        source: FeedbackSource,
        feedback: Sequence[Feedback],
        update_id: int | None = None,
    ) -> FeedbackResult:
        """Make these the actor's only feedback through ``source``. Never raises.

        With ``update_id``, what an update with a higher number stored stays.
        """
        writing = self._store.feedback.replace(ref, actor, source, feedback, update_id)
        return await self._record_feedback(ref, writing)

    async def on_unprompted_reaction(
        self, ref: MessageRef, member: MemberKey, emoji: ChosenEmoji
    ) -> bool:
        """Count a member's emoji on a scored message without a shown one. Never raises.

        Return False if the store failed.
        """
        try:
            if await self._store.members.is_opted_out(ref.platform, member):
                return True
            if await self._store.unprompted.count(ref, member, emoji, self._randomness.now()):
                self._caches.preferences.invalidate(ref)
        except Exception as error:
            self._failures.record("store", error)
            return False
        return True

    async def on_deletion(self, ref: MessageRef) -> bool:
        """Delete the outcome of a message that its platform deleted. Never raises.

        Return False if the store failed.
        """
        await self._in_flight.wait(ref)
        try:
            await self._store.outcomes.delete(ref)
        except Exception as error:
            self._failures.record("store", error)
            return False
        self._caches.embedding_offsets.invalidate(ref.platform)
        return True

    async def refit_preference_prior(self) -> None:
        """Fit the prior of the preferences to the latest counts. Never raises."""
        try:
            fitted = await self._caches.preferences.refit_prior()
        except Exception as error:
            self._failures.record("store", error)
        else:
            weights = ", ".join(f"{weight:.2f}" for weight in fitted.weights)
            logger.debug("preference prior: weights %s; strength %.0f", weights, fitted.strength)

    async def _record(self, message: IncomingMessage, outcome: Outcome) -> SkipReason | None:
        """Return why the outcome must not be shown; what was not scored leaves no row.

        A member who asks gets an answer even if it cannot be recorded.
        """
        scored = outcome.predictions or outcome.shown
        if not scored and outcome.skip_reason is not SkipReason.NO_PREDICTION:
            return None
        try:
            recorded = await self._store.outcomes.record(reading.attribute(message), outcome)
        except Exception as error:
            self._failures.record("store", error)
            return None if message.requested else SkipReason.STORE_FAILED
        return None if recorded else SkipReason.DUPLICATE

    async def _record_feedback(
        self, ref: MessageRef, writing: Coroutine[Any, Any, FeedbackResult]
    ) -> FeedbackResult:
        with closing(writing):  # a cancelled wait leaves it unawaited
            await self._in_flight.wait(ref)
            try:
                result = await writing
            except Exception as error:
                self._failures.record("store", error)
                return FeedbackResult.STORE_FAILED
        if result is FeedbackResult.RECORDED:
            self._caches.preferences.invalidate(ref)
        else:
            self.dropped[result.value] += 1
        return result

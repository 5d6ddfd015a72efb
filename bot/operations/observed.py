"""The service, predictor and engine of a running bot, with their metrics."""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import (
    Feedback,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
)
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.service import Service
from bot.core.messages.silence import log_silence
from bot.core.ports import ChatPlatform, EmojiPredictor, Store
from bot.operations.metrics import Metrics
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice

_CHECKED_OUT = "emoji_reactor.checked_out"


class ObservedService(Service):
    """A service that records outcomes and feedback, and logs why nothing was shown."""

    def __init__(
        self, predictor: EmojiPredictor, store: Store, metrics: Metrics, pseudonyms: Pseudonyms
    ) -> None:
        """Record in ``metrics``; the log names messages by a pseudonym."""
        super().__init__(ObservedPredictor(predictor, metrics), store)
        self._metrics = metrics
        self._pseudonyms = pseudonyms

    async def on_message(self, message: IncomingMessage, platform: ChatPlatform) -> Outcome:
        """React to a message or skip it, and record what was scored. Never raises."""
        start = time.perf_counter()
        outcome = await super().on_message(message, platform)
        self._metrics.record_message(message.ref.platform, outcome, time.perf_counter() - start)
        if outcome.skip_reason is not None:
            reason = outcome.refusal or outcome.skip_reason
            log_silence(self._pseudonyms, message.ref, reason)
        return outcome

    async def on_feedback(self, feedback: Feedback) -> FeedbackResult:
        """Store or withdraw feedback. Never raises."""
        result = await super().on_feedback(feedback)
        self._metrics.record_feedback((feedback,), result)
        return result

    async def on_replaced_feedback(
        self,
        ref: MessageRef,
        actor: MemberKey,
        source: FeedbackSource,
        feedback: Sequence[Feedback],
        update_id: int | None = None,
    ) -> FeedbackResult:
        """Make these the actor's only feedback through ``source``. Never raises."""
        result = await super().on_replaced_feedback(ref, actor, source, feedback, update_id)
        self._metrics.record_feedback(feedback, result)
        return result


class ObservedPredictor:
    """An ``EmojiPredictor`` that records the time of each prediction of another one."""

    def __init__(self, predictor: EmojiPredictor, metrics: Metrics) -> None:
        """Record in ``metrics``."""
        self._predictor = predictor
        self._seconds = metrics.prediction_seconds

    @property
    def version(self) -> str:
        """The version of the current artifact."""
        return self._predictor.version

    @property
    def threshold(self) -> float:
        """The confidence threshold that the current artifact recommends, 0 to 1."""
        return self._predictor.threshold

    async def predict(
        self,
        text: str,
        k: int,
        candidates: Collection[str] | None,
        bias: Mapping[str, float],
        offsets: Mapping[str, EmbeddingOffset],
    ) -> list[Prediction]:
        """Return the top ``k`` for one text, best first.

        Raises:
            Overloaded: the queue is full, or closed.
        """
        start = time.perf_counter()
        predictions = await self._predictor.predict(text, k, candidates, bias, offsets)
        self._seconds.observe(time.perf_counter() - start)
        return predictions

    async def embedding_offsets(
        self, choices: Sequence[EmojiChoice]
    ) -> Mapping[str, EmbeddingOffset]:
        """Return the embedding offsets of the custom emojis among the choices."""
        return await self._predictor.embedding_offsets(choices)


def observe_transactions(engine: AsyncEngine, metrics: Metrics) -> None:
    """Record how long each transaction holds its connection."""
    seconds = metrics.transaction_seconds
    pool = engine.sync_engine.pool

    @event.listens_for(pool, "checkout")
    def checked_out(_connection: object, record: Any, _proxy: object) -> None:  # noqa: ANN401
        record.info[_CHECKED_OUT] = time.perf_counter()

    @event.listens_for(pool, "checkin")
    def checked_in(_connection: object, record: Any) -> None:  # noqa: ANN401
        start = record.info.pop(_CHECKED_OUT, None)
        if start is not None:
            seconds.observe(time.perf_counter() - start)

"""The page's backend: choices pass through the service like messages and reactions."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.web.statistics import page_statistics
from bot.core.concurrency.batching import BatchingPredictor
from bot.core.errors import StoreFailed
from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    SkipReason,
)
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.feedback import classify_reaction
from bot.core.messages.service import Service
from bot.i18n import TERMS_VERSION
from bot.log import describe
from demo.page.interface import (
    NONE_FITS,
    Overloaded,
    PageStatistics,
    PredictionRequest,
    PredictionResult,
    Terms,
    VisitorId,
)
from model import Prediction, Predictor
from model.emoji import ChosenEmoji, parse_choice
from model.occlusion import Unit, occlude

logger = logging.getLogger(__name__)

PLATFORM = "web"
MAX_CONCURRENT_EXPLANATIONS = 4
"""Each explanation costs as much as a few dozen predictions."""


def page_terms(retention_days: int, text_retention_days: int) -> Terms:
    """Return the privacy notice of the page for the retention that is set."""
    return Terms(
        storage=(
            "Your text is read in memory and forgotten. Of every press this machine keeps the"
            f" emojis, their scores and your choice, for {retention_days} days, under a random id"
            " that your browser holds."
        ),
        consent=(
            "Keep my text with my choices as well, so that a better model can learn from it. It"
            f" is erased after {text_retention_days} days, and at once when this is unticked."
        ),
    )


class WebBackend:
    """Implementation of ``demo.page.interface.Backend`` with service and database."""

    def __init__(
        self,
        service: Service,
        pseudonyms: Pseudonyms,
        engine: AsyncEngine,
        predictor: BatchingPredictor[Predictor],
        terms: Terms,
    ) -> None:
        """Take statistics from ``engine``, explanations from ``predictor``."""
        self._service = service
        self._pseudonyms = pseudonyms
        self._engine = engine
        self._predictor = predictor
        self._explaining = 0
        self.terms: Terms | None = terms

    @property
    def version(self) -> str:
        """The version of the artifact."""
        return self._predictor.version

    @property
    def emojis(self) -> Sequence[str]:
        """All emojis of the emoji table."""
        return self._predictor.serving.emojis

    @property
    def has_statistics(self) -> bool:
        """True: the database has them."""
        return True

    async def predict(
        self, visitor: VisitorId, text: str, candidates: frozenset[str] | None
    ) -> PredictionResult:
        """Preview the outcome of a message; nothing is stored.

        Raises:
            Overloaded: the predictor's queue is full.
        """
        request = PredictionRequest("preview", text, candidates)
        outcome = await self._service.preview(self._message(visitor, request))
        if outcome.skip_reason is SkipReason.OVERLOADED:
            raise Overloaded
        return PredictionResult(outcome.predictions, outcome.confidence_threshold or 0.0)

    async def explain(
        self, text: str, emoji: str, candidates: frozenset[str] | None
    ) -> Sequence[Unit]:
        """Return the words of a text, each with its weight for an emoji.

        Raises:
            Overloaded: too many explanations are being computed.
        """
        if self._explaining >= MAX_CONCURRENT_EXPLANATIONS:
            raise Overloaded
        self._explaining += 1
        try:
            return await asyncio.to_thread(
                occlude, self._predictor.serving, text, emoji, candidates
            )
        finally:
            self._explaining -= 1

    async def record_choice(
        self,
        visitor: VisitorId,
        request: PredictionRequest,
        choice: str | None,
        earlier: str | None,
    ) -> bool:
        """Store the outcome with the first choice on it, and the choice as feedback."""
        chosen = parse_choice(choice) if choice else None
        if not request.is_recordable or (choice and chosen is None):  # a browser may send any text
            return False
        message = self._message(visitor, request)
        await self._service.on_message(message, _PageResponder())
        try:
            recorded = await self._service.find_outcome(message.ref)
        except StoreFailed:  # the service has logged it
            return False
        shown = recorded.outcome.shown if recorded else ()
        result = FeedbackResult.RECORDED
        withdrawn = parse_choice(earlier, [earlier]) if earlier else None
        if earlier == NONE_FITS or withdrawn is not None:
            withdrawal = _feedback(message, withdrawn, shown, withdrawn=True)
            result = await self._service.on_feedback(withdrawal)
        if result is FeedbackResult.RECORDED and choice is not None:
            given = _feedback(message, chosen, shown)
            result = await self._service.on_feedback(given)
        return result is FeedbackResult.RECORDED

    async def has_consented(self, visitor: VisitorId) -> bool:
        """Return True if the visitor agreed to the current terms."""
        try:
            version = await self._service.member_requests.consent_version(
                PLATFORM, self._key(visitor)
            )
        except StoreFailed:  # the service has logged it
            return False
        return version == TERMS_VERSION

    async def set_consent(self, visitor: VisitorId, given: bool) -> bool:
        """Store the consent, or revoke it and erase the texts; False if that failed."""
        version = TERMS_VERSION if given else None
        try:
            await self._service.member_requests.consent(PLATFORM, self._key(visitor), version)
        except StoreFailed:
            return False
        return True

    async def erase(self, visitor: VisitorId) -> int | None:
        """Erase all rows under the visitor's pseudonym; return their number, None on failure."""
        try:
            return await self._service.member_requests.forget(PLATFORM, self._key(visitor))
        except StoreFailed:
            return None

    async def statistics(self) -> PageStatistics | None:
        """Return the statistics of the database, of all platforms; None on failure."""
        try:
            return await page_statistics(self._engine)
        except StoreFailed as error:
            logger.error("the statistics cannot be read: %s", describe(error))
            return None

    def _key(self, visitor: VisitorId) -> MemberKey:
        return self._pseudonyms.key(PLATFORM, visitor)

    def _message(self, visitor: VisitorId, request: PredictionRequest) -> IncomingMessage:
        # The page is one community, in which each visitor has a chat.
        key = self._key(visitor)
        ref = MessageRef(PLATFORM, PLATFORM, key, request.id)
        return IncomingMessage(
            ref, key, request.text, request.candidates, addressed=True, may_store_text=True
        )


class _PageResponder:
    """Responder that does nothing: the page shows the predictions already."""

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Do nothing."""

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Do nothing."""


def _feedback(
    message: IncomingMessage,
    choice: ChosenEmoji | None,
    shown: Sequence[str],
    *,
    withdrawn: bool = False,
) -> Feedback:
    """Return a choice as feedback; without an emoji, none fits."""
    kind = classify_reaction(shown, choice) if choice else FeedbackKind.DISLIKE
    return Feedback(
        message.ref,
        message.author,
        kind,
        choice or None,
        FeedbackSource.WEB,
        datetime.now(UTC),
        withdrawn,
    )

"""The bot as the page sees it: every press of a tile goes the way of a message and a reaction."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.web.learned import learned
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
from demo.page.port import NONE_FITS, Asked, Busy, Learned, PersonId, Reading, Terms
from model import Prediction, Predictor
from model.occlusion import Unit, occlude

logger = logging.getLogger(__name__)

PLATFORM = "web"
EXPLAINING = 4
"""Explanations at a time; each costs as much as a few dozen answers."""


def terms(days: int, text_days: int) -> Terms:
    """What the page says, with the retention that is set, in days."""
    return Terms(
        always=(
            "Your text is read in memory and forgotten. Of every press this machine keeps the"
            f" emojis, their scores and your choice, for {days} days, under a random id that your"
            " browser holds."
        ),
        consent=(
            "Keep my text with my choices as well, so that a better model can learn from it. It"
            f" is erased after {text_days} days, and at once when this is unticked."
        ),
    )


class WebReactor:
    """Implements ``demo.page.port.Reactor``."""

    def __init__(
        self,
        service: Service,
        pseudonyms: Pseudonyms,
        engine: AsyncEngine,
        predictor: BatchingPredictor[Predictor],
        told: Terms,
    ) -> None:
        """Count in the database, explain with ``predictor``, all else through the service."""
        self._service = service
        self._pseudonyms = pseudonyms
        self._engine = engine
        self._predictor = predictor
        self._explaining = 0
        self.terms: Terms | None = told

    @property
    def version(self) -> str:
        """The artifact."""
        return self._predictor.version

    @property
    def emojis(self) -> Sequence[str]:
        """The whole table."""
        return self._predictor.serving.emojis

    @property
    def counts(self) -> bool:
        """The database does."""
        return True

    async def read(self, person: PersonId, text: str, candidates: frozenset[str] | None) -> Reading:
        """What the bot would answer; nothing is recorded.

        Raises:
            Busy: the predictor's queue is full.
        """
        asked = Asked("preview", text, candidates)
        outcome = await self._service.preview(self._message(person, asked))
        if outcome.skip_reason is SkipReason.OVERLOADED:
            raise Busy
        return Reading(outcome.predictions, outcome.threshold or 0.0)

    async def why(self, text: str, emoji: str, candidates: frozenset[str] | None) -> Sequence[Unit]:
        """The words that moved the answer.

        Raises:
            Busy: others are being explained theirs.
        """
        if self._explaining >= EXPLAINING:
            raise Busy
        self._explaining += 1
        try:
            return await asyncio.to_thread(
                occlude, self._predictor.serving, text, emoji, candidates
            )
        finally:
            self._explaining -= 1

    async def say(
        self, person: PersonId, asked: Asked, word: str | None, before: str | None
    ) -> bool:
        """Record the answer at the first word on it, and the word as feedback."""
        message = self._message(person, asked)
        await self._service.on_message(message, _Page())
        shown = await self._service.shown_emojis(message.ref)
        result = FeedbackResult.RECORDED
        if before is not None:
            earlier = _feedback(message, before, shown, withdrawn=True)
            result = await self._service.on_feedback(earlier)
        if result is FeedbackResult.RECORDED and word is not None:
            result = await self._service.on_feedback(_feedback(message, word, shown))
        return result is FeedbackResult.RECORDED

    async def consented(self, person: PersonId) -> bool:
        """Whether the person agreed to the terms that are shown."""
        try:
            version = await self._service.member_requests.consent_version(
                PLATFORM, self._key(person)
            )
        except StoreFailed:  # the service has logged it
            return False
        return version == TERMS_VERSION

    async def consent(self, person: PersonId, given: bool) -> bool:
        """Store the consent, or revoke it and erase the texts."""
        version = TERMS_VERSION if given else None
        try:
            await self._service.member_requests.consent(PLATFORM, self._key(person), version)
        except StoreFailed:
            return False
        return True

    async def forget(self, person: PersonId) -> int | None:
        """Erase everything under the browser's id."""
        try:
            return await self._service.member_requests.forget(PLATFORM, self._key(person))
        except StoreFailed:
            return None

    async def learned(self) -> Learned | None:
        """What the whole database tells, of every platform."""
        try:
            return await learned(self._engine)
        except StoreFailed as error:
            logger.error("the store failed: %s", describe(error))
            return None

    def _key(self, person: PersonId) -> MemberKey:
        return self._pseudonyms.key(PLATFORM, person)

    def _message(self, person: PersonId, asked: Asked) -> IncomingMessage:
        # Each person has a chat of their own; the page is one community.
        key = self._key(person)
        ref = MessageRef(PLATFORM, PLATFORM, key, asked.answer)
        return IncomingMessage(
            ref, key, asked.text, asked.candidates, addressed=True, may_store_text=True
        )


class _Page:
    """Shows nothing: the five are on the page already."""

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Nothing to do."""

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """The same."""


def _feedback(
    message: IncomingMessage, word: str, shown: Sequence[str], *, withdrawn: bool = False
) -> Feedback:
    kind = FeedbackKind.DISLIKE if word == NONE_FITS else classify_reaction(shown, word)
    return Feedback(
        message.ref,
        message.author,
        kind,
        word or None,
        FeedbackSource.WEB,
        datetime.now(UTC),
        withdrawn,
    )

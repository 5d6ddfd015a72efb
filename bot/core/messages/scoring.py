"""Scoring of messages: the pipeline, with the preferences of the community."""

from collections.abc import Collection

from bot.core.errors import Overloaded, StoreFailed
from bot.core.events import IncomingMessage, Outcome, SkipReason
from bot.core.messages import pipeline
from bot.core.messages.admission import Admitted
from bot.core.messages.answered import gravity_of
from bot.core.messages.failures import Failures
from bot.core.messages.pace import RateWindow
from bot.core.messages.pipeline import ArtifactInfo, PipelineInput
from bot.core.messages.policy import Pace, allowed_emojis
from bot.core.messages.randomness import Randomness
from bot.core.ports import EmojiPredictor
from bot.core.preferences.cache import PreferenceCaches
from bot.core.preferences.custom_emoji import EmbeddingOffsets
from bot.core.preferences.posterior import Preferences
from model.prediction import Gravity, GravityLevel


class Scorer:
    """Gives messages their outcomes; a failure inside makes a skip reason."""

    def __init__(
        self,
        predictor: EmojiPredictor,
        caches: PreferenceCaches,
        randomness: Randomness,
        failures: Failures,
    ) -> None:
        """Start with an empty rate window."""
        self._predictor = predictor
        self._caches = caches
        self._randomness = randomness
        self._failures = failures
        self._window = RateWindow()

    def pace(self, message: IncomingMessage) -> Pace:
        """Return how much was shown of late in the message's chat."""
        return self._window.pace(_chat(message), self._randomness.clock())

    async def score(self, message: IncomingMessage, admitted: Admitted) -> Outcome:
        """Return the predictions, with the emojis to show or the skip reason."""
        settings = admitted.settings
        candidates = allowed_emojis(message, settings)
        preferences = await self._preferences(message, personal=admitted.is_personal)
        offsets = await self._offsets(message, candidates)
        given = PipelineInput(
            message,
            settings,
            candidates,
            preferences,
            offsets,
            admitted.rule,
            admitted.rule_only,
            await self._gravity_of(admitted.answered),
        )
        # No await between this and the predictor's queue: the message gets this artifact.
        artifact = ArtifactInfo(self._predictor.version, self._predictor.threshold)
        prepared = pipeline.prepare(given, artifact)
        try:
            predictions = await pipeline.predict(self._predictor, given, prepared)
        except Exception as error:
            self._failures.record("predictor", error)
            predictions = SkipReason.FAILED
        if isinstance(predictions, SkipReason):
            return pipeline.skipped(given, prepared, predictions)
        ranked = pipeline.rank(given, predictions)
        # The pace is read now: others may have been answered while the predictor was busy.
        outcome = pipeline.decide(given, prepared, ranked, self.pace(message))
        if not outcome.shown:
            return outcome
        if not message.requested:
            self._window.add(_chat(message), self._randomness.clock())
        return pipeline.explore_outcome(
            given, outcome, self._randomness.roll(), self._randomness.normal
        )

    def withdraw(self, message: IncomingMessage, outcome: Outcome) -> None:
        """Take an outcome that was not shown out of the pace of its chat."""
        if outcome.shown and not message.requested:
            self._window.remove_latest(_chat(message))

    async def _preferences(self, message: IncomingMessage, *, personal: bool) -> Preferences:
        try:
            preferences = await self._caches.preferences.get(message.ref)
            if personal:
                preferences = await self._caches.personal.get(
                    message.ref, message.author, preferences
                )
            return preferences
        except Exception as error:
            self._failures.record("store", error)
            return Preferences()

    async def _gravity_of(self, answered: str) -> Gravity:
        """Return the gravity of an answered text; unsure if it cannot be read."""
        try:
            return await gravity_of(self._predictor, answered)
        except Overloaded:
            return Gravity(GravityLevel.UNSURE)
        except Exception as error:
            self._failures.record("predictor", error)
            return Gravity(GravityLevel.UNSURE)

    async def _offsets(
        self, message: IncomingMessage, candidates: Collection[str] | None
    ) -> EmbeddingOffsets:
        try:
            return await self._caches.embedding_offsets.get(message, candidates)
        except StoreFailed as error:
            self._failures.record("store", error)
        except Exception as error:
            self._failures.record("predictor", error)
        return {}


def _chat(message: IncomingMessage) -> tuple[str, ...]:
    """Return the key of a chat; on Telegram the topic is the parent of its messages' chat."""
    ref = message.ref
    return ref.platform, ref.community, ref.chat, message.parent_chat

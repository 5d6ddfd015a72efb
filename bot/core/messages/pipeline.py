"""The steps of one message: prepare, predict, rank, decide. Only predict awaits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.core.chat_settings.schema import ChatSettings, Mode
from bot.core.errors import Overloaded
from bot.core.events import IncomingMessage, Outcome, SkipReason
from bot.core.messages.answered import gravity_of_answer, heed
from bot.core.messages.policy import (
    TOP_K,
    Pace,
    choose_emojis,
    confidence_threshold,
    is_big,
    permitted_predictions,
    skip_by_pace,
)
from bot.core.messages.rule_choice import choose_by_rule
from bot.core.ports import EmojiPredictor
from bot.core.preferences.custom_emoji import EmbeddingOffsets
from bot.core.preferences.exploration import explore
from bot.core.preferences.posterior import Preferences
from bot.core.preferences.ranking import rank_with_pending
from bot.core.preferences.threshold import adapt_threshold
from bot.core.rules.rule import Rule
from model import Prediction
from model.emotions import KIND_EMOJIS
from model.prediction import HARMLESS, Gravity, GravityLevel
from model.text import clean, has_words


@dataclass(frozen=True, slots=True)
class ArtifactInfo:
    """The artifact that predicts the message."""

    version: str
    threshold: float
    """The recommended confidence threshold, 0 to 1."""


@dataclass(frozen=True, slots=True)
class PipelineInput:
    """A message with all that its outcome depends on."""

    message: IncomingMessage
    settings: ChatSettings
    candidates: frozenset[str] | None
    """The emojis that may be predicted; None for all."""
    preferences: Preferences = field(default_factory=Preferences)
    offsets: EmbeddingOffsets = field(default_factory=dict)
    """Embedding offsets of custom emojis among the candidates."""
    rule: Rule | None = None
    """The rule of the community that fits."""
    rule_only: bool = False
    """True if nothing else than the emojis of the rule may be shown."""
    answered_gravity: Gravity = HARMLESS
    """The gravity of the message that it answers."""

    @property
    def as_buttons(self) -> bool:
        """True if the predictions are offered as buttons instead of put on the message."""
        return self.message.requested or self.settings.mode is Mode.REPLY


@dataclass(frozen=True, slots=True)
class Prepared:
    """Request to the predictor, and the confidence threshold."""

    k: int
    threshold: float
    """The lowest score at which the bot reacts, 0 to 1."""
    artifact_version: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """The predictions in the order that the preferences ask for."""

    predictions: tuple[Prediction, ...]
    top: tuple[Prediction, ...]
    """The best five that the chat permits; the best five of all if it permits none."""
    gravity: Gravity = HARMLESS
    """The gravity of the text, and of what it answers; a text without words has no predictions."""


def prepare(given: PipelineInput, artifact: ArtifactInfo) -> Prepared:
    """Compute the number of predictions and the confidence threshold.

    Five must be left after those that the chat denies are dropped, and pending preferences may
    swap the fifth for a sixth.
    """
    settings = given.settings
    recommended = adapt_threshold(artifact.threshold, settings.target_acceptance, given.preferences)
    return Prepared(
        k=TOP_K + 1 + (len(settings.emoji_deny) if given.candidates is None else 0),
        threshold=confidence_threshold(given.message, settings, recommended),
        artifact_version=artifact.version,
    )


async def predict(
    predictor: EmojiPredictor, given: PipelineInput, prepared: Prepared
) -> Sequence[Prediction] | SkipReason:
    """Return the best ``prepared.k`` predictions, or why the predictor was not asked."""
    if given.candidates is not None and not given.candidates:
        return SkipReason.NO_ALLOWED_EMOJI
    try:
        predictions = await predictor.predict(
            given.message.text, prepared.k, given.candidates, given.preferences.bias, given.offsets
        )
    except Overloaded:
        return SkipReason.OVERLOADED
    return heed(predictions, given.answered_gravity)


def rank(given: PipelineInput, predictions: Sequence[Prediction]) -> Ranked:
    """Apply the pending preferences, and cut the best five.

    An image may show anything, as a custom emoji: only harmless texts get one.
    """
    of_text = gravity_of_answer(predictions, given.answered_gravity)
    if of_text.level is not GravityLevel.HARMLESS:
        predictions = [p for p in predictions if p.emoji not in given.message.images]
    ranked = rank_with_pending(predictions, given.preferences)
    permitted = permitted_predictions(ranked, given.settings) or ranked
    return Ranked(ranked, permitted[:TOP_K], of_text)


def decide(given: PipelineInput, prepared: Prepared, ranked: Ranked, pace: Pace) -> Outcome:
    """Return the emojis to show, or the skip reason, with the predictions of both.

    A rule that gravity lets pass comes before the model's choice.
    """
    outcome = skipped(given, prepared, None, ranked.top)
    by_rule = None if given.rule is None else _choose_by_rule(given, given.rule, ranked)
    if isinstance(by_rule, tuple) and given.rule is not None:
        outcome = replace(outcome, shown=by_rule, rule=given.rule.pattern)
    elif isinstance(by_rule, SkipReason) and given.rule_only:
        return replace(outcome, skip_reason=by_rule)
    else:
        choice = _choose_by_model(given, prepared, ranked)
        if isinstance(choice, SkipReason):
            return replace(outcome, skip_reason=choice)
        outcome = replace(outcome, shown=choice, as_buttons=given.as_buttons)
    reason = skip_by_pace(given.message, given.settings, pace)
    if reason:
        return skipped(given, prepared, reason, ranked.top)
    return replace(outcome, is_big=is_big(ranked.predictions, ranked.gravity, given.settings))


def _choose_by_rule(
    given: PipelineInput, rule: Rule, ranked: Ranked
) -> tuple[str, ...] | SkipReason:
    is_unknown = not ranked.predictions and _has_nothing_comforting(given)
    of_text = None if is_unknown else ranked.gravity
    return choose_by_rule(rule, given.message, given.settings, ranked.predictions, of_text)


def _choose_by_model(
    given: PipelineInput, prepared: Prepared, ranked: Ranked
) -> tuple[str, ...] | SkipReason:
    choice = choose_emojis(
        ranked.predictions,
        given.settings,
        prepared.threshold,
        as_buttons=given.as_buttons,
        requested=given.message.requested,
    )
    has_only_images = bool(given.message.images) and ranked.gravity.level != GravityLevel.HARMLESS
    if choice is SkipReason.NO_PREDICTION and (has_only_images or _has_nothing_comforting(given)):
        return SkipReason.GRAVITY
    return choice


def _has_nothing_comforting(given: PipelineInput) -> bool:
    """Return True if a text has words, but the candidates hold no emoji for a grave text.

    Then the predictor returns nothing if it reads the text as grave.
    """
    candidates = given.candidates
    if candidates is None or not has_words(clean(given.message.text)):
        return False
    return candidates.isdisjoint(KIND_EMOJIS)


def explore_outcome(
    given: PipelineInput, outcome: Outcome, roll: float, normal: Callable[[], float]
) -> Outcome:
    """Replace the first shown emoji by an explored one, at the chat's exploration rate.

    ``roll`` is uniform in [0, 1), ``normal`` draws from the standard normal distribution.
    """
    by_model = outcome.shown and not outcome.as_buttons and outcome.rule is None
    if not by_model or roll < 1 - given.settings.exploration_rate:
        return outcome
    explored = explore(outcome.predictions, given.preferences, normal)
    if explored is None or explored in outcome.shown:
        return outcome
    return replace(outcome, shown=(explored, *outcome.shown[1:]))


def skipped(
    given: PipelineInput,
    prepared: Prepared,
    reason: SkipReason | None,
    predictions: Sequence[Prediction] = (),
) -> Outcome:
    """Return an outcome that shows nothing."""
    return Outcome(
        given.message.ref,
        predictions=predictions,
        skip_reason=reason,
        artifact_version=prepared.artifact_version,
        confidence_threshold=prepared.threshold,
    )

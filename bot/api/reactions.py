"""Predictions and feedback for API clients, whatever the transport."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus

from bot.adapters.components import Components
from bot.api.clients import ApiClient
from bot.api.problems import ApiProblem, busy, unavailable
from bot.api.schema import (
    EmojiScore,
    FeedbackAnswer,
    FeedbackOutcome,
    FeedbackRequest,
    PredictAnswer,
    PredictRequest,
    TextGravity,
    TextPrediction,
)
from bot.core.errors import StoreFailed
from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
    SkipReason,
)
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.feedback import ReactionFeedback
from bot.core.messages.service import RETRYABLE
from bot.database.preferences.prediction_counts import SCORE_DIGITS
from bot.i18n import localize
from model import Prediction, Predictor
from model.emoji import (
    ChosenEmoji,
    canonical_set,
    emoji_names,
    has_emoji_form,
    parse_choice,
)
from model.gravity import gravity_of
from model.prediction import Gravity

PLATFORM = "api"
_TOLD: dict[FeedbackResult, FeedbackOutcome] = {
    FeedbackResult.RECORDED: "recorded",
    FeedbackResult.NOTHING_SHOWN: "nothing_shown",
    FeedbackResult.OPTED_OUT: "opted_out",
}


def member_key(pseudonyms: Pseudonyms, client: ApiClient, member: str) -> MemberKey:
    """Return the key of a client's member."""
    return pseudonyms.key(PLATFORM, f"{client.name}/{member}")


class Reactions:
    """The service in front of API clients."""

    def __init__(self, components: Components) -> None:
        """Use the components of a running bot."""
        self._service = components.service
        self._pseudonyms = components.pseudonyms
        self._predictor = components.predictor
        self._feedback = ReactionFeedback(components.service)

    def emoji_table(self) -> tuple[str, tuple[str, ...]]:
        """Return the version of the artifact, and all emojis that it can predict."""
        model = self._predictor.serving
        return model.version, model.emojis if isinstance(model, Predictor) else tuple(emoji_names())

    def is_full(self) -> bool:
        """Return True if not even one more text can wait for a prediction."""
        return not self._predictor.has_room()

    async def predict(self, client: ApiClient, request: PredictRequest) -> PredictAnswer:
        """Return predictions for the texts; those with message ids are recorded.

        Raises:
            ApiProblem: too many texts wait, the database failed, or the request makes no sense.
        """
        _check_messages(request)
        if not self._predictor.has_room(len(request.texts)):
            raise busy("too many texts wait for a prediction; send fewer at once, or try again")
        messages = [self._message(client, request, i) for i in range(len(request.texts))]
        outcomes = await asyncio.gather(
            *(self._score(message, recorded=bool(request.messages)) for message in messages)
        )
        return PredictAnswer(
            artifact=self._predictor.version,
            results=[_to_answer(outcome, request) for outcome in outcomes],
        )

    async def tell_feedback(self, client: ApiClient, request: FeedbackRequest) -> FeedbackAnswer:
        """Store or withdraw feedback; the same feedback twice is stored once.

        Raises:
            ApiProblem: the message or the emoji is unknown, or the database failed.
        """
        ref = _ref(client, request.community, request.message)
        actor = self._member(client, request.actor)
        result = await self._apply(ref, actor, request)
        if result is FeedbackResult.STORE_FAILED:
            raise unavailable("the feedback could not be stored; send it again")
        if result is FeedbackResult.UNKNOWN_MESSAGE:
            raise ApiProblem(
                HTTPStatus.NOT_FOUND,
                "no prediction is kept for this message; pass its id in messages when you ask for"
                " one, and see privacy.retention_days",
            )
        return FeedbackAnswer(result=_TOLD[result])

    async def _score(self, message: IncomingMessage, *, recorded: bool) -> Outcome:
        """Return the outcome of a message; that of an earlier request if it is recorded."""
        if not recorded:
            return _require_scored(await self._service.preview(message))
        outcome = await self._service.on_message(message, _Silent())
        if outcome.skip_reason is not SkipReason.DUPLICATE:
            return _require_scored(outcome)
        earlier = await self._service.recorded_outcome(message.ref)
        again = _require_scored(await self._service.preview(message))
        return again if earlier is None else _with_gravity_of(again, earlier.outcome)

    async def _apply(
        self, ref: MessageRef, actor: MemberKey, request: FeedbackRequest
    ) -> FeedbackResult:
        emoji = None if request.emoji is None else _parse_emoji(request.emoji)
        if request.action == "remove":
            if request.withdrawn:
                raise _nonsense("withdrawn: a removal cannot be taken back; choose the emoji")
            return await self._feedback.on_bot_reaction_removed(ref, actor, emoji)
        if request.action == "dislike":
            return await self._dislike(ref, actor, withdrawn=request.withdrawn)
        if emoji is None:
            raise _nonsense("emoji: action choose needs the emoji that was chosen")
        reaction = await self._feedback.on_reaction(
            ref, actor, emoji, withdrawn=request.withdrawn, source=FeedbackSource.API
        )
        return reaction.result

    async def _dislike(
        self, ref: MessageRef, actor: MemberKey, *, withdrawn: bool
    ) -> FeedbackResult:
        try:
            recorded = await self._service.find_outcome(ref)
        except StoreFailed:
            return FeedbackResult.STORE_FAILED
        if recorded is None:
            return FeedbackResult.UNKNOWN_MESSAGE
        if not recorded.outcome.shown:
            return FeedbackResult.NOTHING_SHOWN
        kind, source, now = FeedbackKind.DISLIKE, FeedbackSource.API, datetime.now(UTC)
        return await self._service.on_feedback(
            Feedback(ref, actor, kind, None, source, now, withdrawn)
        )

    def _message(self, client: ApiClient, request: PredictRequest, index: int) -> IncomingMessage:
        """Return a text as a message that is addressed to the bot.

        Without a message id it is the client's: no opt-out of an author has to be looked up.
        """
        name = request.messages[index] if request.messages else "preview"
        author = request.author if request.messages else None
        return IncomingMessage(
            _ref(client, request.community, name),
            self._member(client, author or ""),
            request.texts[index],
            None if request.candidates is None else _parse_candidates(tuple(request.candidates)),
            addressed=True,
            language=request.language,
        )

    def _member(self, client: ApiClient, member: str) -> MemberKey:
        return member_key(self._pseudonyms, client, member)


class _Silent:
    """Platform that shows nothing: the client does."""

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Do nothing."""

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """Do nothing."""


def _ref(client: ApiClient, community: str, message: str) -> MessageRef:
    name = f"{client.name}/{community}"
    return MessageRef(PLATFORM, name, name, message)


def _check_messages(request: PredictRequest) -> None:
    messages = request.messages
    if messages is None:
        return
    if len(messages) != len(request.texts):
        raise _nonsense("messages: needs one id for each text")
    if len(set(messages)) != len(messages):
        raise _nonsense("messages: needs a different id for each text")


@lru_cache(maxsize=256)
def _parse_candidates(emojis: tuple[str, ...]) -> frozenset[str]:
    candidates = canonical_set(emojis)
    if not all(map(has_emoji_form, candidates)):
        raise _nonsense("candidates: each should be one Unicode emoji, or :name: for a custom one")
    return candidates


def _parse_emoji(text: str) -> ChosenEmoji:
    emoji = parse_choice(text, [text])
    if emoji is None:
        raise _nonsense("emoji: should be one Unicode emoji, or :name: for a custom one")
    return emoji


def _nonsense(detail: str) -> ApiProblem:
    return ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _require_scored(outcome: Outcome) -> Outcome:
    """Return the outcome of a message that was looked at.

    Raises:
        ApiProblem: it was not, and may be a moment later.
    """
    if outcome.skip_reason is SkipReason.OVERLOADED:
        raise busy("too many texts wait for a prediction; try again in a moment")
    if outcome.skip_reason in RETRYABLE:
        raise unavailable("no prediction was possible; the log of the server says why")
    return outcome


def _with_gravity_of(scored: Outcome, recorded: Outcome) -> Outcome:
    """Return a recorded outcome with the gravity of its text, which is not recorded."""
    if not scored.predictions:
        return recorded
    gravity = gravity_of(scored.predictions)
    predictions = tuple(replace(p, gravity=gravity) for p in recorded.predictions)
    return replace(recorded, predictions=predictions)


def _to_answer(outcome: Outcome, request: PredictRequest) -> TextPrediction:
    top = outcome.predictions
    reason = outcome.skip_reason
    return TextPrediction(
        predictions=[
            EmojiScore(emoji=p.emoji, score=_rounded(p.score), model_score=_rounded(p.model_score))
            for p in top[: request.k]
        ],
        confidence=_rounded(top[0].score) if top else 0.0,
        threshold=outcome.confidence_threshold,
        speaks=bool(outcome.shown),
        emojis=list(outcome.shown),
        skip_reason=reason,
        explanation=localize(f"skip.{reason}", request.language, refusal="") if reason else None,
        gravity=_to_gravity(top[0].gravity) if top else None,
    )


def _rounded(score: float) -> float:
    """Return a score as it is kept, so that the same message gets the same answer."""
    return round(score, SCORE_DIGITS)


def _to_gravity(gravity: Gravity) -> TextGravity:
    return TextGravity(
        level=gravity.level,
        probability=gravity.probability,
        may_be_self_harm=gravity.may_be_self_harm,
    )

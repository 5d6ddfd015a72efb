"""Routes by which other processes use the model of this one (``bot.remote``)."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import Response

from bot.adapters.components import Components
from bot.api.problems import PROBLEMS, ApiProblem, busy, unavailable
from bot.api.routes import json_of
from bot.core.errors import EmojiReactorError, Overloaded
from bot.remote.messages import (
    MODEL_PATH,
    OFFSETS_PATH,
    SCORES_PATH,
    ModelAnswer,
    OffsetsAnswer,
    OffsetsRequest,
    ScoredText,
    ScoresAnswer,
    ScoresRequest,
    from_vector,
    to_scored,
    to_vector,
)
from model.embedding_offset import EmojiChoice


class SharedModel:
    """The predictor of this process, for others; a batch is scored by one artifact."""

    def __init__(self, components: Components) -> None:
        """Use the predictor, whose queue also serves this process."""
        self._predictor = components.predictor

    def about(self) -> ModelAnswer:
        """Return the artifact that predicts now."""
        return ModelAnswer(artifact=self._predictor.version, threshold=self._predictor.threshold)

    async def scores(self, request: ScoresRequest) -> ScoresAnswer:
        """Return predictions for texts.

        Raises:
            ApiProblem: too many texts wait, or the request does not fit the artifact.
        """
        for name, values in (("biases", request.biases), ("offsets", request.offsets)):
            if values and len(values) != len(request.texts):
                raise _unfit(f"{name}: needs one for each text, or none")
        if not self._predictor.has_room(len(request.texts)):
            raise busy("too many texts wait for a prediction; try again in a moment")
        scored = await asyncio.gather(
            *(self._score(request, index) for index in range(len(request.texts)))
        )
        about = scored[0][0]
        if any(other != about for other, _ in scored):
            raise busy("another artifact was promoted meanwhile; send the texts again")
        return ScoresAnswer(
            artifact=about.artifact, threshold=about.threshold, texts=[text for _, text in scored]
        )

    async def offsets(self, request: OffsetsRequest) -> OffsetsAnswer:
        """Return embedding offsets, learnt from choices."""
        about = self.about()
        choices = [EmojiChoice(c.text, c.emoji, c.weight) for c in request.choices]
        offsets = await self._predictor.embedding_offsets(choices)
        return OffsetsAnswer(
            artifact=about.artifact,
            threshold=about.threshold,
            offsets={emoji: to_vector(offset) for emoji, offset in offsets.items()},
        )

    async def _score(self, request: ScoresRequest, index: int) -> tuple[ModelAnswer, ScoredText]:
        about = self.about()  # of this prediction: nothing is awaited in between
        offsets = request.offsets[index] if request.offsets else {}
        try:
            predictions = await self._predictor.predict(
                request.texts[index],
                request.k,
                request.candidates,
                request.biases[index] if request.biases else {},
                {emoji: from_vector(vector) for emoji, vector in offsets.items()},
            )
        except Overloaded as error:
            raise busy(str(error)) from None
        except EmojiReactorError:
            raise unavailable("the model failed; the server's log says how") from None
        except ValueError:  # vectors of another length
            raise _unfit("offsets: of another artifact than the one that predicts") from None
        return about, to_scored(predictions)


def _unfit(detail: str) -> ApiProblem:
    return ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def model_routes(model: SharedModel) -> APIRouter:
    """Return the routes for bots whose ``model.source`` is the URL of this server."""
    router = APIRouter(tags=["model"], responses=PROBLEMS)

    @router.get(MODEL_PATH, response_model=ModelAnswer)
    async def about_model() -> Response:
        """Tell which artifact predicts. Scope: predict."""
        return json_of(model.about())

    @router.post(SCORES_PATH, response_model=ScoresAnswer)
    async def scores(body: ScoresRequest) -> Response:
        """Score texts without a community: the caller adds its own preferences. Scope: predict."""
        return json_of(await model.scores(body))

    @router.post(OFFSETS_PATH, response_model=OffsetsAnswer)
    async def embedding_offsets(body: OffsetsRequest) -> Response:
        """Learn embedding offsets of custom emojis from texts. Scope: predict."""
        return json_of(await model.offsets(body))

    return router

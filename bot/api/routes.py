"""Routes of the API for bots: predictions, feedback, emojis, health, metrics."""

from collections.abc import Awaitable, Callable
from functools import lru_cache

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from bot.api.clients import ApiClient
from bot.api.problems import PROBLEMS, Problem
from bot.api.reactions import Reactions
from bot.api.schema import (
    EmojiAnswer,
    EmojiEntry,
    FeedbackAnswer,
    FeedbackRequest,
    PredictAnswer,
    PredictRequest,
)
from bot.operations.health import Readiness
from bot.operations.metrics import CONTENT_TYPE, Metrics
from model.emoji import emoji_names


def json_of(answer: BaseModel) -> Response:
    """Return an answer as it is: it needs no second validation."""
    return Response(answer.model_dump_json(), media_type="application/json")


def client_of(request: Request) -> ApiClient:
    """Return who sent a request."""
    client: ApiClient = request.state.client
    return client


def reaction_routes(reactions: Reactions) -> APIRouter:
    """Return the routes of predictions and feedback."""
    router = APIRouter(prefix="/v1", tags=["reactions"], responses=PROBLEMS)

    @router.post("/predict", response_model=PredictAnswer)
    async def predict(request: Request, body: PredictRequest) -> Response:
        """Predict emojis for texts, and say if the bot would speak. Scope: predict."""
        return json_of(await reactions.predict(client_of(request), body))

    @router.post("/feedback", response_model=FeedbackAnswer, responses={404: {"model": Problem}})
    async def feedback(request: Request, body: FeedbackRequest) -> Response:
        """Tell what a person did with an emoji: the community's preferences follow it.

        Scope: feedback. The same again changes nothing.
        """
        return json_of(await reactions.tell_feedback(client_of(request), body))

    @router.get("/emoji", response_model=EmojiAnswer)
    async def emoji() -> Response:
        """List the emojis that can be predicted, with names and keywords. Scope: predict."""
        return Response(_emoji_json(*reactions.emoji_table()), media_type="application/json")

    return router


@lru_cache(maxsize=2)
def _emoji_json(artifact: str, emojis: tuple[str, ...]) -> str:
    entries = [EmojiEntry(emoji=e, names=list(emoji_names().get(e, ()))) for e in emojis]
    return EmojiAnswer(artifact=artifact, emojis=entries).model_dump_json()


def operation_routes(
    metrics: Metrics, check_readiness: Callable[[], Awaitable[Readiness]]
) -> APIRouter:
    """Return the routes for those who operate the server."""
    router = APIRouter(tags=["operations"])
    not_ready: dict[int | str, dict[str, object]] = {
        503: {"description": "Database or model do not work, by name."}
    }
    refusals = {status: problem for status, problem in PROBLEMS.items() if status != 422}

    # Monitors of uptime ask with HEAD.
    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz", response_class=Response)
    async def healthz() -> Response:
        """Answer, as long as the process does."""
        return Response("ok\n", media_type="text/plain")

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", response_class=Response, responses=not_ready)
    async def readyz() -> Response:
        """Check database and model; status 503 if one of them does not work."""
        readiness = await check_readiness()
        return Response(readiness.to_json(), readiness.status, media_type="application/json")

    @router.get("/metrics", response_class=Response, responses=refusals)
    async def metrics_text() -> Response:
        """Return the metrics in Prometheus's format. Scope: metrics."""
        return Response(metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    return router

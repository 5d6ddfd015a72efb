"""The endpoint for programs."""

from typing import TypedDict

import gradio as gr
from gradio.events import api

from model.text import MAX_CHARACTERS

from .candidates import CandidateSet, select_candidates
from .interface import Backend, Overloaded, VisitorId

OVERLOADED = "too many texts are waiting; try again in a second"
PROGRAM_VISITOR = VisitorId("")


class ScoredEmoji(TypedDict):
    """A prediction."""

    emoji: str
    score: float


class PredictResponse(TypedDict):
    """The response of the endpoint."""

    model: str
    predictions: list[ScoredEmoji]


def add_endpoint(backend: Backend) -> None:
    """Add ``/predict`` to the page that is being built."""

    async def predict(text: str, candidates: list[str] | None = None) -> PredictResponse:
        """Predict the five emojis that fit a text best.

        Args:
            text: Up to 1,000 characters are read.
            candidates: The emojis to choose from, custom ones as :name:; all if there are none;
                at most 250.

        Returns:
            The model's version, and the predictions with their scores, best first; no predictions
            if the text gives no evidence.
        """
        allowed = select_candidates(CandidateSet.OWN, candidates or ())
        try:
            result = await backend.predict(PROGRAM_VISITOR, text[:MAX_CHARACTERS], allowed)
        except Overloaded:
            raise gr.Error(OVERLOADED, print_exception=False) from None
        predictions = [
            ScoredEmoji(emoji=p.emoji, score=round(p.score, 6)) for p in result.predictions
        ]
        return PredictResponse(model=backend.version, predictions=predictions)

    api(predict, api_name="predict", queue=False)

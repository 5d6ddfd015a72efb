"""The endpoint for programs."""

from typing import TypedDict

import gradio as gr
from gradio.events import api

from model.text import MAX_CHARACTERS

from . import palette
from .port import Busy, PersonId, Reactor

PROGRAM = PersonId("")


class Scored(TypedDict):
    """One of the five."""

    emoji: str
    score: float


class Answer(TypedDict):
    """What a program gets."""

    model: str
    predictions: list[Scored]


def add_endpoint(reactor: Reactor) -> None:
    """Offer ``/predict`` inside the page that is being built."""

    async def predict(text: str, candidates: list[str] | None = None) -> Answer:
        """Predict the five emojis that fit a text best.

        Args:
            text: Up to 1,000 characters are read.
            candidates: Emojis to choose among, custom ones as :name:; without any, all.

        Returns:
            The model's version, and the predictions with their scores, best first; none where
            there is nothing to go on.
        """
        allowed = palette.candidates(palette.Palette.OWN, candidates or ())
        try:
            reading = await reactor.read(PROGRAM, text[:MAX_CHARACTERS], allowed)
        except Busy:
            raise gr.Error("too many texts are waiting; try again in a second") from None
        five = [Scored(emoji=p.emoji, score=round(p.score, 6)) for p in reading.five]
        return Answer(model=reactor.version, predictions=five)

    api(predict, api_name="predict", queue=False)

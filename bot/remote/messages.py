"""Messages between a bot and the server that predicts for it, as JSON."""

from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from model import Prediction
from model.embedding_offset import EmbeddingOffset
from model.prediction import Gravity, GravityLevel

MAX_TEXTS = 32
"""Texts in one request; more are refused."""
MAX_TEXT_LENGTH = 20_000
"""Characters of a text; platforms allow 4,096 at most, and the encoder reads fewer."""
MAX_K = 2_000
MAX_CANDIDATES = 5_000
MAX_CHOICES = 256
MODEL_PATH, SCORES_PATH, OFFSETS_PATH = "/v1/model", "/v1/scores", "/v1/embedding-offsets"

Text = Annotated[str, Field(max_length=MAX_TEXT_LENGTH)]
Emoji = Annotated[str, Field(max_length=64)]
Candidates = Annotated[list[Emoji], Field(max_length=MAX_CANDIDATES)]
Vector = Annotated[list[float], Field(max_length=8_192)]


class Message(BaseModel):
    """A request or an answer; no error quotes what it holds."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, allow_inf_nan=False
    )


class ModelAnswer(Message):
    """The artifact that predicts."""

    artifact: str
    """Its version."""
    threshold: float
    """The confidence threshold that it recommends, 0 to 1."""


class ScoresRequest(Message):
    """Texts to predict, all among the same candidates."""

    texts: Annotated[list[Text], Field(min_length=1, max_length=MAX_TEXTS, repr=False)]
    k: Annotated[int, Field(ge=1, le=MAX_K)] = 5
    candidates: Candidates | None = None
    """None for all emojis."""
    biases: Annotated[list[dict[Emoji, float]], Field(max_length=MAX_TEXTS)] = []
    """For each text what is added to the log-odds of emojis; empty for none."""
    offsets: Annotated[list[dict[Emoji, Vector]], Field(max_length=MAX_TEXTS)] = []
    """For each text what is added to the embeddings of custom emojis; empty for none."""


class ScoredEmoji(Message):
    """``model.Prediction`` without the gravity, which is the text's."""

    emoji: Emoji
    score: float
    model_score: float | None = None
    """The score without biases, if there were any."""


class ScoredText(Message):
    """The predictions for one text, and its gravity."""

    predictions: list[ScoredEmoji]
    gravity: GravityLevel = GravityLevel.HARMLESS
    gravity_probability: float | None = None
    may_be_self_harm: bool = False


class ScoresAnswer(ModelAnswer):
    """The predictions, in the order of the texts."""

    texts: list[ScoredText]


class OffsetChoice(Message):
    """An emoji that a member chose on a text."""

    text: Annotated[Text, Field(repr=False)]
    emoji: Emoji
    weight: float


class OffsetsRequest(Message):
    """Choices from which embedding offsets are learnt."""

    choices: Annotated[list[OffsetChoice], Field(max_length=MAX_CHOICES)]


class OffsetsAnswer(ModelAnswer):
    """The embedding offsets of the custom emojis among the choices."""

    offsets: dict[Emoji, Vector]


def to_scored(predictions: list[Prediction]) -> ScoredText:
    """Return predictions for one text as a message."""
    scored = [
        ScoredEmoji(emoji=p.emoji, score=p.score, model_score=p.unbiased_score) for p in predictions
    ]
    if not predictions:
        return ScoredText(predictions=scored)
    gravity = predictions[0].gravity
    return ScoredText(
        predictions=scored,
        gravity=gravity.level,
        gravity_probability=gravity.probability,
        may_be_self_harm=gravity.may_be_self_harm,
    )


def from_scored(text: ScoredText) -> list[Prediction]:
    """Return the predictions that a message holds."""
    gravity = Gravity(text.gravity, text.gravity_probability, text.may_be_self_harm)
    return [Prediction(p.emoji, p.score, p.model_score, gravity) for p in text.predictions]


def to_vector(offset: EmbeddingOffset) -> list[float]:
    """Return an embedding offset, (d,), as numbers."""
    return [float(value) for value in offset]


def from_vector(numbers: list[float]) -> EmbeddingOffset:
    """Return the embedding offset, (d,), of numbers."""
    return np.array(numbers, dtype=np.float32)

"""Prediction: an emoji with its score, and the gravity of the text."""

from dataclasses import dataclass, field
from enum import StrEnum


class GravityLevel(StrEnum):
    """Gravity of a text, as the gravity head of an artifact reads it."""

    HARMLESS = "harmless"
    """Also if the artifact has no head."""
    DOUBTFUL = "doubtful"
    """Probably a figure of speech: among the five may be what laughs, but no reaction is."""
    UNSURE = "unsure"
    """It may be grave: nothing on it laughs."""
    GRAVE = "grave"
    """Grief, death, violence, illness or crisis: only comforting emojis."""
    SELF_HARM = "self_harm"
    """Suicide or self-harm: only kind emojis, and only for those who ask."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One emoji with its calibrated probability over the candidates."""

    emoji: str
    """Canonical Unicode emoji, or ``:name:`` for a custom one."""
    score: float
    unbiased_score: float | None = field(default=None, compare=False)
    """The score without the biases of a community; None if there were none."""
    gravity: GravityLevel = field(default=GravityLevel.HARMLESS, compare=False)
    """The gravity of the text, the same for all its predictions."""
    gravity_probability: float | None = field(default=None, compare=False)
    """Probability that the text is grave; None if the artifact has no gravity head."""

    @property
    def model_score(self) -> float:
        """Score of the model alone, before the preferences of a community."""
        return self.score if self.unbiased_score is None else self.unbiased_score

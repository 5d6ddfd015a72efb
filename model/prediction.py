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
class Gravity:
    """Gravity of a text."""

    level: GravityLevel = GravityLevel.HARMLESS
    probability: float | None = None
    """Calibrated probability that it is grave or about self-harm; None without a gravity head."""
    may_be_self_harm: bool = False
    """True if that is possible, whatever the level: what is chosen for the text may be as kind as
    the level permits, but it must not come unasked."""

    @property
    def permits_unasked(self) -> bool:
        """True if the bot may speak unasked: never on what may be about self-harm."""
        return not self.may_be_self_harm and self.level is not GravityLevel.SELF_HARM


HARMLESS = Gravity()


@dataclass(frozen=True, slots=True)
class Prediction:
    """One emoji with its calibrated probability over the candidates."""

    emoji: str
    """Canonical Unicode emoji, or ``:name:`` for a custom one."""
    score: float
    unbiased_score: float | None = field(default=None, compare=False)
    """The score without the biases of a community; None if there were none."""
    gravity: Gravity = field(default=HARMLESS, compare=False)
    """The gravity of the text, the same for all its predictions."""

    @property
    def model_score(self) -> float:
        """Score of the model alone, before the preferences of a community."""
        return self.score if self.unbiased_score is None else self.unbiased_score

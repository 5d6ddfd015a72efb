"""Prediction: an emoji with its score."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Prediction:
    """One emoji with its calibrated probability over the candidates."""

    emoji: str
    """Canonical Unicode emoji, or ``:name:`` for a custom one."""
    score: float
    unbiased_score: float | None = field(default=None, compare=False)
    """The score without the biases of a community; None if there were none."""

    @property
    def model_score(self) -> float:
        """Score of the model alone, before the preferences of a community."""
        return self.score if self.unbiased_score is None else self.unbiased_score

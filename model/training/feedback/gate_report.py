"""Result of the gate: figures of two artifacts on the same texts, and what was required of them.

Every difference is paired by text, with a 95 % bootstrap interval (Efron & Tibshirani, 1993).
"""

from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.evaluation import metrics

_MAX_HALF_WIDTH = 0.02
"""Half-width of an interval above which a benchmark is too small for its margin."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison."""

    split: str
    figure: str
    texts: int
    before: float
    after: float
    interval: tuple[float, float] | None
    """95 % interval of the difference; None if the figure is no mean over texts."""
    requirement: str
    passed: bool


@dataclass(frozen=True, slots=True)
class GateReport:
    """All comparisons of a candidate with the artifact that it is to replace."""

    before: str
    """Version."""
    candidate: str
    """Version."""
    checks: list[Check]
    missing_benchmarks: list[str]
    """Benchmarks of the recipe whose files are missing."""

    @property
    def passed(self) -> bool:
        """True if every check passed: the candidate may be promoted."""
        return all(check.passed for check in self.checks)

    def as_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {"passed": self.passed, **asdict(self)}


@dataclass(frozen=True, slots=True)
class PairedFigure:
    """A figure of each text before and after."""

    split: str
    figure: str
    before: NDArray[np.float64] = field(repr=False)
    """(texts,)"""
    after: NDArray[np.float64] = field(repr=False)
    """(texts,)"""
    lower_is_better: bool = False

    def check(self, requirement: str, *, passed: bool) -> Check:
        """Return the comparison of the means."""
        interval = metrics.bootstrap_interval(self.after - self.before)
        means = float(self.before.mean()), float(self.after.mean())
        return Check(
            self.split, self.figure, len(self.before), *means, interval, requirement, passed
        )

    def check_better(self) -> Check:
        """Require the whole interval of the difference to be above zero."""
        interval = metrics.bootstrap_interval(self.after - self.before)
        return self.check("above it, the interval too", passed=interval[0] > 0)

    def check_no_worse(self, margin: float) -> Check:
        """Require a loss of at most ``margin``, or of one text if that is more.

        If the interval is wider than the margin can be (a small benchmark), chance alone can take
        more; then it is enough that the interval of the loss reaches zero.
        """
        allowed = max(margin, 1 / len(self.before))
        gain = self.after - self.before
        loss, direction = (gain, "more") if self.lower_is_better else (-gain, "less")
        passed = bool(loss.mean() <= allowed + _ROUNDING)
        requirement = f"at most {allowed * 100:.2g} points {direction}"
        low, high = metrics.bootstrap_interval(loss)
        if (high - low) / 2 > _MAX_HALF_WIDTH:
            passed, requirement = passed or low <= 0, f"{requirement}, or within chance"
        return self.check(requirement, passed=passed)

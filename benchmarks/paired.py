"""Paired gains of learning, tweet by tweet, with standard errors.

Both models predict on the same held-out tweets, and what is compared is the probability that a
prediction is kept, not a random draw of it: the difference is uncertain by the choice of tweets
alone. The smallest of several uncertain gains is biased downwards (it is selected for its bad
luck, too): it is selected on one half of the tweets and measured on the other, and vice versa.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Gain:
    """A mean with its standard error."""

    mean: float
    error: float

    def __str__(self) -> str:
        """Return percentage points with the 95 % interval."""
        low, high = (100 * (self.mean + z * self.error) for z in (-1.96, 1.96))
        return f"{100 * self.mean:+.2f} [{low:+.2f}, {high:+.2f}]"


Halves = tuple[Gain, Gain]
"""Gains of every second tweet, and of the others."""


def halves(differences: NDArray[np.float64], weights: NDArray[np.float64]) -> Halves:
    """Return the weighted mean of differences by halves; both arrays are (texts,)."""
    return _gain(differences[::2], weights[::2]), _gain(differences[1::2], weights[1::2])


def _gain(differences: NDArray[np.float64], weights: NDArray[np.float64]) -> Gain:
    weights = weights / weights.sum()
    mean = float(differences @ weights)
    return Gain(mean, float(np.sqrt(np.square(weights * (differences - mean)).sum())))


def mean_gain(gains: Sequence[Gain]) -> Gain:
    """Return the mean of independent gains."""
    error = np.sqrt(sum(gain.error**2 for gain in gains)) / len(gains)
    return Gain(float(np.mean([gain.mean for gain in gains])), float(error))


def worst(gains: Sequence[Halves]) -> Gain:
    """Return the smallest gain, selected and measured on different tweets."""
    by_first = min(gains, key=lambda pair: pair[0].mean)
    by_second = min(gains, key=lambda pair: pair[1].mean)
    return mean_gain((by_first[1], by_second[0]))

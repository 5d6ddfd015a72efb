"""What learning gains, tweet by tweet against not learning, and how sure the worst of many is.

Both answer the same held-out tweets, and what counts is how likely each answer is kept, not whether
a draw keeps it: the difference is uncertain by the choice of tweets alone. The least of many
uncertain gains is too low, as it is picked for its bad luck, too: it is picked on one half of the
tweets and measured on the other, and the other way round.
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
        """In points, with the interval that holds it in 95 of 100 cases."""
        low, high = (100 * (self.mean + z * self.error) for z in (-1.96, 1.96))
        return f"{100 * self.mean:+.2f} [{low:+.2f}, {high:+.2f}]"


Halves = tuple[Gain, Gain]
"""By every second tweet, and by the others."""


def halves(differences: NDArray[np.float64], weights: NDArray[np.float64]) -> Halves:
    """The gain by differences, (texts,), of which some weigh more than others."""
    return _gain(differences[::2], weights[::2]), _gain(differences[1::2], weights[1::2])


def _gain(differences: NDArray[np.float64], weights: NDArray[np.float64]) -> Gain:
    weights = weights / weights.sum()
    mean = float(differences @ weights)
    return Gain(mean, float(np.sqrt(np.square(weights * (differences - mean)).sum())))


def together(gains: Sequence[Gain]) -> Gain:
    """The mean of gains that do not depend on each other."""
    error = np.sqrt(sum(gain.error**2 for gain in gains)) / len(gains)
    return Gain(float(np.mean([gain.mean for gain in gains])), float(error))


def worst(found: Sequence[Halves]) -> Gain:
    """The gain of the one that gains least, picked and measured on different tweets."""
    by_one = min(found, key=lambda each: each[0].mean)
    by_other = min(found, key=lambda each: each[1].mean)
    return together((by_one[1], by_other[0]))

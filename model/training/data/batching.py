"""Division of an epoch into batches of texts of similar length."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_WINDOW_BATCHES = 64
"""Batches whose texts are sorted by length together."""


class Batching(Protocol):
    """Division of texts into batches by their lengths in tokens, (texts,)."""

    def count(self, lengths: NDArray[np.int64]) -> int:
        """Return the number of batches in an epoch."""

    def batches(
        self, lengths: NDArray[np.int64], rng: np.random.Generator
    ) -> Iterator[NDArray[np.int64]]:
        """Yield the indices of each batch, in random order."""


@dataclass(frozen=True, slots=True)
class BatchesOfTexts:
    """Batches of ``size`` texts; lengths within a batch are alike, so that padding is little."""

    size: int

    def count(self, lengths: NDArray[np.int64]) -> int:
        """Return the number of batches in an epoch."""
        # Each window ends with a batch of its own, as windows are cut before batches.
        windows, rest = divmod(len(lengths), self.size * _WINDOW_BATCHES)
        return windows * _WINDOW_BATCHES + -(-rest // self.size)

    def batches(
        self, lengths: NDArray[np.int64], rng: np.random.Generator
    ) -> Iterator[NDArray[np.int64]]:
        """Yield the indices of each batch, in random order."""
        order = rng.permutation(len(lengths))
        window = self.size * _WINDOW_BATCHES
        batches: list[NDArray[np.int64]] = []
        for start in range(0, len(order), window):
            part = order[start : start + window]
            part = part[np.argsort(lengths[part], kind="stable")]
            batches += [part[i : i + self.size] for i in range(0, len(part), self.size)]
        for i in rng.permutation(len(batches)):
            yield batches[i]


@dataclass(frozen=True, slots=True)
class BatchesOfTokens:
    """Batches of at most ``max_tokens`` tokens with padding, or of a single longer text.

    Texts are sorted by length as a whole, so that hardly anything is padding; texts of one length
    are in random order.
    """

    max_tokens: int

    def count(self, lengths: NDArray[np.int64]) -> int:
        """Return the number of batches in an epoch; it depends on the lengths alone."""
        return len(self._starts(np.sort(lengths))) - 1

    def batches(
        self, lengths: NDArray[np.int64], rng: np.random.Generator
    ) -> Iterator[NDArray[np.int64]]:
        """Yield the indices of each batch, in random order."""
        order = rng.permutation(len(lengths))
        order = order[np.argsort(lengths[order], kind="stable")]
        starts = self._starts(lengths[order])
        for i in rng.permutation(len(starts) - 1):
            yield order[starts[i] : starts[i + 1]]

    def sorted_batches(self, lengths: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """Yield the indices of each batch, the shortest texts first, without randomness."""
        order = np.argsort(lengths, kind="stable")
        starts = self._starts(lengths[order])
        for start, end in itertools.pairwise(starts):
            yield order[start:end]

    def _starts(self, ascending: NDArray[np.int64]) -> list[int]:
        """Return the start of each batch of sorted texts, and the number of texts."""
        starts = [0]
        while starts[-1] < len(ascending):
            start = starts[-1]
            # The longest text of a batch is its last: the padded size grows with each text.
            longest = ascending[start : start + self.max_tokens]
            size = int(np.searchsorted(longest * np.arange(1, len(longest) + 1), self.max_tokens,
                                       side="right"))  # fmt: skip
            starts.append(start + max(1, size))
        return starts

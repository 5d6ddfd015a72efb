"""Contribution of each word to the score of an emoji, by leaving the word out.

Occlusion after Zeiler and Fergus (2014), on words instead of image patches.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

MAX_UNITS = 64
"""Words that are left out in turn, from the first on; the encoder reads fewer tokens."""
_MIN_PROBABILITY = 1e-9

# Brackets are units of their own: in Russian chats they are smiles.
_UNIT = re.compile(r"[\w'’-]+|[^\w\s]+")


class Scorer(Protocol):
    """The part of ``model.Predictor`` that occlusion uses."""

    def probabilities(
        self, texts: Sequence[str], emoji: str, candidates: Collection[str] | None = None
    ) -> NDArray[np.float32]:
        """Return the calibrated probability of one emoji, (texts,)."""
        ...


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a text; the pieces in order are the text."""

    text: str = field(repr=False)
    weight: float | None
    """Rise of the emoji's log-probability by the unit; None for spaces, and for words past the
    first ``MAX_UNITS``."""


def occlude(
    scorer: Scorer, text: str, emoji: str, candidates: Collection[str] | None = None
) -> list[Unit]:
    """Split a text into units, each with its weight for ``emoji`` among ``candidates``."""
    spans = [match.span() for match in _UNIT.finditer(text)][:MAX_UNITS]
    if not spans:
        return [Unit(text, None)] if text else []
    occluded = [text[:start] + text[stop:] for start, stop in spans]
    probabilities = scorer.probabilities([text, *occluded], emoji, candidates)
    logs = np.log(np.maximum(probabilities, _MIN_PROBABILITY))
    weights = {start: float(logs[0] - log) for (start, _), log in zip(spans, logs[1:], strict=True)}
    ends = sorted({0, len(text), *(end for span in spans for end in span)})
    return [Unit(text[start:stop], weights.get(start)) for start, stop in pairwise(ends)]

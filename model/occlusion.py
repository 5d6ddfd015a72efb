"""Which words of a text speak for an emoji: each is taken out, and the score's change is told.

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
"""Words that are taken out, from the first on; the encoder reads fewer tokens than that."""

# Brackets stand apart from the word before them: in Russian chats they are smiles.
_UNIT = re.compile(r"[\w'’-]+|[^\w\s]+")


class Scorer(Protocol):
    """What is asked of ``model.Predictor``."""

    def probabilities(
        self, texts: Sequence[str], emoji: str, candidates: Collection[str] | None = None
    ) -> NDArray[np.float32]:
        """The calibrated probability of one emoji for each text."""
        ...


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a text; the pieces together are the text."""

    text: str = field(repr=False)
    weight: float | None
    """By how much its presence raises the emoji's log-probability; None where it was not asked:
    spaces, and words past the first ``MOST_UNITS``."""


def occlude(
    scorer: Scorer, text: str, emoji: str, candidates: Collection[str] | None = None
) -> list[Unit]:
    """The text in pieces, with what each word does for ``emoji`` among ``candidates``."""
    spans = [match.span() for match in _UNIT.finditer(text)][:MAX_UNITS]
    if not spans:
        return [Unit(text, None)] if text else []
    without = [text[:start] + text[stop:] for start, stop in spans]
    likelihoods = scorer.probabilities([text, *without], emoji, candidates)
    logs = np.log(np.maximum(likelihoods, 1e-9))
    weights = {start: float(logs[0] - log) for (start, _), log in zip(spans, logs[1:], strict=True)}
    ends = sorted({0, len(text), *(end for span in spans for end in span)})
    return [Unit(text[start:stop], weights.get(start)) for start, stop in pairwise(ends)]

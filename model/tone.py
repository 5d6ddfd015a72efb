"""No laughter among the five where they mourn: a tone-deaf emoji is worse than a missing one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.emotions import LAUGHING_OR_CELEBRATING, grave_emojis

MOURNING = 0.6
"""Share of the five's probability on grave emojis from which nothing that laughs is among them.
Of 0.5 to 0.9, it halves the sad texts that get laughter for a seventh of a point of hit@5."""


class Tone:
    """Which of some emojis mourn, and which laugh."""

    def __init__(self, emojis: Sequence[str]) -> None:
        self._grave = np.array([emoji in grave_emojis() for emoji in emojis], dtype=bool)
        self._laughing = np.array([e in LAUGHING_OR_CELEBRATING for e in emojis], dtype=bool)

    def misplaced(
        self, scores: NDArray[np.float32], five: NDArray[np.intp]
    ) -> NDArray[np.bool_] | None:
        """Which emojis, (emojis,), have no place beside the ``five`` best; None where all may.

        ``scores``, (emojis,), are the model's own.
        """
        if not self._laughing.any() or not self._grave[five].any():
            return None
        mourned = scores[five[self._grave[five]]].sum()
        return self._laughing if mourned >= MOURNING * scores[five].sum() else None

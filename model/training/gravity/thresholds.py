"""The operating point of a gravity head: probabilities from which a text has a level."""

import numpy as np
from numpy.typing import NDArray

from model.gravity_head import GravityThresholds

MAX_UNSURE = 0.2
"""Share of figurative sentences that may lose their laughter (threshold ``unsure``): four fifths of
them are to keep theirs."""
MAX_DOUBTFUL = 0.55
"""Share of figurative sentences on which no reaction laughs unasked (threshold ``doubtful``)."""
MAX_COMFORTED = 0.05
"""Share of harmless sentences that may get comforting emojis only (``grave``)."""
MAX_MISSED_SELF_HARM = 0.1
"""Share of self-harm sentences that may count as grave only (``self_harm``)."""
MAX_MISTAKEN_SELF_HARM = 0.03
"""Share of harmless sentences that may count as self-harm; it goes before the other limit."""
MAX_UNSURE_EVERYDAY = 0.03
"""Share of everyday and light texts that may lose their laughter."""
MAX_COMFORTED_EVERYDAY = 0.004
"""Share of everyday and light texts that may get comforting emojis only."""
MAX_SELF_HARM_EVERYDAY = 0.003
"""Share of everyday and light texts that may count as self-harm, and so get no reaction unasked."""
MAX_SILENCED_EVERYDAY = 0.05
"""Share of everyday and light texts on which nothing comes unasked, as they may be about self-harm
(``may_be_self_harm``): silence costs little."""
MIN_THRESHOLD = 1e-4
"""A head that tells all sentences apart would have thresholds of 0, which no text is below."""


def choose_thresholds(
    probabilities: NDArray[np.float32],
    labels: NDArray[np.intp],
    is_figurative: NDArray[np.bool_],
    harmless: NDArray[np.float32],
) -> GravityThresholds:
    """Return the operating point for held-out probabilities, (texts, classes).

    ``harmless`` are those of everyday and light texts that no fit saw, and may have no rows.
    """
    grave, plain = 1 - probabilities[:, 0], 1 - harmless[:, 0]
    doubtful = _exceeded_by(MAX_DOUBTFUL, grave[is_figurative])
    unsure = max(
        _exceeded_by(MAX_UNSURE, grave[is_figurative]),
        _exceeded_by(MAX_UNSURE_EVERYDAY, plain),
    )
    comforting = max(
        unsure,
        _exceeded_by(MAX_COMFORTED, grave[labels == 0]),
        _exceeded_by(MAX_COMFORTED_EVERYDAY, plain),
    )
    self_harm = max(
        _exceeded_by(1 - MAX_MISSED_SELF_HARM, probabilities[labels == 2, 2]),
        _exceeded_by(MAX_MISTAKEN_SELF_HARM, probabilities[labels == 0, 2]),
        _exceeded_by(MAX_SELF_HARM_EVERYDAY, harmless[:, 2]),
    )
    silenced = _exceeded_by(MAX_SILENCED_EVERYDAY, harmless[:, 2])
    may_be_self_harm = min(self_harm, silenced) if len(harmless) else self_harm
    limits = (doubtful, unsure, comforting, self_harm, may_be_self_harm)
    return GravityThresholds(*(max(round(limit, 4), MIN_THRESHOLD) for limit in limits))


def _exceeded_by(share: float, values: NDArray[np.float32]) -> float:
    """Return the value that a share of the values exceeds; 0 without values."""
    return float(np.quantile(values, 1 - share)) if len(values) else 0.0

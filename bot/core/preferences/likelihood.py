"""The likelihood of a community's counts for each value of an emoji's bias.

Two kinds of evidence:

- what was shown, and kept, removed, or passed over for another emoji: a binomial. Its expectation
  rises with the model score, at the acceptance of the community, so that a community that removes
  everything alike has no preferences;
- what members chose themselves: a Poisson whose expectation is how often the model expected that
  choice.

``docs/preferences.md`` has the formulas.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from bot.core.preferences.counts import COUNT_NAMES, OUTSIDE_TOP_K, Counts
from bot.core.preferences.prior import BIAS_GRID

PRIOR_ACCEPTANCE = 0.7
"""Acceptance of a community without feedback."""
PRIOR_ACCEPTANCE_COUNT = 10.0
"""Number of shown emojis that a prior share weighs as much as."""
_EMOJIS_OUTSIDE_TOP_K = 80.0
"""Approximate number of emojis that share the expectation outside the top five."""
_MIN_COUNT = 1e-9
_MIN_KEPT, _MAX_KEPT = 0.02, 0.98


def estimate_acceptance(counts: Iterable[Counts], prior: float = PRIOR_ACCEPTANCE) -> float:
    """Return the share of shown emojis that was kept, shrunk towards the ``prior`` share."""
    kept = lost = 0.0
    for emoji_counts in counts:
        lost += emoji_counts.removed + emoji_counts.passed_over
        kept += max(emoji_counts.shown - emoji_counts.removed, 0.0) + emoji_counts.agreed
    prior_kept = prior * PRIOR_ACCEPTANCE_COUNT
    return (kept + prior_kept) / (kept + lost + PRIOR_ACCEPTANCE_COUNT)


def bias_likelihood(
    counts: Mapping[str, Counts],
    emojis: list[str],
    acceptance: float,
    center: Mapping[str, float] | None = None,
) -> NDArray[np.float64]:
    """Return the likelihood (emojis, grid) on ``BIAS_GRID``, scaled to a maximum of 1 per emoji.

    With a ``center``, in log-odds, the grid holds differences to it.
    """
    table = np.array([counts[emoji].as_tuple() for emoji in emojis]).reshape(-1, len(COUNT_NAMES))
    counted = dict(zip(COUNT_NAMES, table.T, strict=True))
    outside = counts.get(OUTSIDE_TOP_K, Counts()).expected_chosen / _EMOJIS_OUTSIDE_TOP_K
    lost = counted["removed"] + counted["passed_over"]
    kept = np.maximum(counted["shown"] - counted["removed"], 0.0) + counted["agreed"]
    log_odds = _expected_log_odds(counted["shown"], counted["expected_kept"], acceptance)
    centers = np.array([(center or {}).get(emoji, 0.0) for emoji in emojis])[:, None]
    bias = centers + BIAS_GRID
    shifted = log_odds[:, None] + bias
    # The first choice has no effect: a single one may be a whim.
    chosen = np.maximum(counted["corrected"] + counted["unprompted"] - 1.0, 0.0)[:, None]
    expected = (counted["expected_chosen"] + outside)[:, None]
    log_likelihood: NDArray[np.float64] = (
        -kept[:, None] * np.logaddexp(0.0, -shifted)
        - lost[:, None] * np.logaddexp(0.0, shifted)
        + chosen * bias
        - expected * np.exp(bias)
    )
    maximum = log_likelihood.max(axis=1, keepdims=True)
    likelihood: NDArray[np.float64] = np.exp(log_likelihood - maximum)
    return likelihood


def _expected_log_odds(
    shown: NDArray[np.float64], expected_kept: NDArray[np.float64], acceptance: float
) -> NDArray[np.float64]:
    """Return the log-odds (emojis,) that an emoji without a bias is kept.

    A right emoji is kept, a wrong one with a tolerance that all emojis of the community share: the
    probability is ``score + (1 - score) * tolerance``, and the tolerance follows from the
    acceptance.
    """
    mean_score = min(expected_kept.sum() / max(shown.sum(), _MIN_COUNT), 1.0)
    slope = min((1.0 - acceptance) / max(1.0 - mean_score, _MIN_COUNT), 1.0)
    scores = np.minimum(expected_kept / np.maximum(shown, _MIN_COUNT), 1.0)
    scores = np.where(shown > 0, scores, mean_score)
    kept = np.clip(acceptance + slope * (scores - mean_score), _MIN_KEPT, _MAX_KEPT)
    log_odds: NDArray[np.float64] = np.log(kept / (1.0 - kept))
    return log_odds

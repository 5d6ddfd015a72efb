"""The confidence threshold, adapted to the acceptance of a community."""

import math

from bot.core.preferences.posterior import Preferences

_PRIOR_VOTES = 20.0
"""Votes at which half of the difference to the target acceptance is applied."""
_MAX_DECREASE, _MAX_INCREASE = 0.7, 4.0
"""Bounds of the change, in log-odds: the bot becomes quiet quickly, and bold only a little."""
_MIN_SHARE, _MAX_SHARE = 0.01, 0.99


def adapt_threshold(
    artifact_threshold: float, target_acceptance: float | None, preferences: Preferences
) -> float:
    """Return the confidence threshold at which about ``target_acceptance`` of emojis is kept.

    The log-odds of the artifact's threshold rise by those that the acceptance is short of its
    target, shrunk while there are few votes. Without a target it stays as it is.
    """
    if target_acceptance is None or not 0 < artifact_threshold < 1:
        return artifact_threshold
    shortfall = _log_odds(target_acceptance) - _log_odds(preferences.acceptance)
    change = shortfall * preferences.vote_count / (preferences.vote_count + _PRIOR_VOTES)
    log_odds = _log_odds(artifact_threshold) + min(max(change, -_MAX_DECREASE), _MAX_INCREASE)
    return 1.0 / (1.0 + math.exp(-log_odds))


def _log_odds(share: float) -> float:
    share = min(max(share, _MIN_SHARE), _MAX_SHARE)
    return math.log(share / (1.0 - share))

"""Counts of what failed around the core."""

import logging
from collections import Counter

from bot.log import describe

logger = logging.getLogger(__name__)


class Failures:
    """Counts and logs failures of the ``store``, the ``predictor`` and the ``platform``."""

    def __init__(self) -> None:
        """Start at zero."""
        self.counts: Counter[str] = Counter()
        """Failures since the start, by part."""

    def record(self, part: str, error: Exception) -> None:
        """Count a failure; the log gets the error without any message text."""
        self.counts[part] += 1
        logger.error("the %s failed: %s", part, describe(error))

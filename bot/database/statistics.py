"""Counts of predictions and feedback for the command line."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.events import FeedbackKind
from bot.database.tables import feedback, prediction
from bot.database.transaction import transaction


@dataclass(frozen=True, slots=True)
class FeedbackStatistics:
    """Counts of scored messages, shown emojis and feedback."""

    predictions: int = 0
    """Scored messages."""
    reacted: int = 0
    """Scored messages on which an emoji was shown."""
    shown: Counter[str] = field(default_factory=Counter)
    """Shown emojis."""
    feedback: Mapping[FeedbackKind, Counter[str]] = field(
        default_factory=lambda: {kind: Counter() for kind in FeedbackKind}
    )
    """Feedback by kind and emoji; ``""`` for feedback on the whole outcome."""

    def by_emoji(self) -> list[str]:
        """Return every emoji with a count, in descending order of shown."""
        mentioned = {emoji for counts in self.feedback.values() for emoji in counts}
        return sorted((mentioned | set(self.shown)) - {""}, key=lambda e: (-self.shown[e], e))


async def compute_statistics(engine: AsyncEngine) -> FeedbackStatistics:
    """Count in the database, which returns one row for each distinct set of emojis.

    Raises:
        StoreFailed: the database cannot be read.
    """
    # As text, since PostgreSQL cannot group by its json type.
    emojis_shown = cast(prediction.c.shown, String)
    outcomes = select(emojis_shown, func.count()).group_by(emojis_shown)
    votes = select(feedback.c.kind, feedback.c.emoji, func.count()).group_by(
        feedback.c.kind, feedback.c.emoji
    )
    async with transaction(engine) as connection:
        outcome_rows = (await connection.execute(outcomes)).all()
        feedback_rows = (await connection.execute(votes)).all()
    shown: Counter[str] = Counter()
    for emojis, count in outcome_rows:
        shown.update(dict.fromkeys(json.loads(emojis), count))
    counts: dict[FeedbackKind, Counter[str]] = {kind: Counter() for kind in FeedbackKind}
    for kind, emoji, count in feedback_rows:
        counts[FeedbackKind(kind)][emoji] += count
    return FeedbackStatistics(
        predictions=sum(count for _, count in outcome_rows),
        reacted=sum(count for emojis, count in outcome_rows if json.loads(emojis)),
        shown=shown,
        feedback=counts,
    )

"""Counts over what is stored, for people to read."""

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
    """How often the bot spoke, and what people said about it."""

    predictions: int = 0
    """Messages that were scored."""
    reacted: int = 0
    """Those of them on which the bot showed something."""
    shown: Counter[str] = field(default_factory=Counter)
    """Reactions shown, by emoji."""
    feedback: Mapping[FeedbackKind, Counter[str]] = field(
        default_factory=lambda: {kind: Counter() for kind in FeedbackKind}
    )
    """Words of people, by kind and emoji; those about an answer as a whole stand under ``""``."""

    def by_emoji(self) -> list[str]:
        """Every emoji that was shown or spoken of, the most shown first."""
        spoken = {emoji for counts in self.feedback.values() for emoji in counts}
        return sorted((spoken | set(self.shown)) - {""}, key=lambda e: (-self.shown[e], e))


async def compute_statistics(engine: AsyncEngine) -> FeedbackStatistics:
    """Count in the database; only one row for each different answer comes back.

    Raises:
        StoreFailed: the database cannot be read.
    """
    # As text, since PostgreSQL cannot group by its json type.
    chosen = cast(prediction.c.shown, String)
    answers = select(chosen, func.count()).group_by(chosen)
    words = select(feedback.c.kind, feedback.c.emoji, func.count()).group_by(
        feedback.c.kind, feedback.c.emoji
    )
    async with transaction(engine) as connection:
        answer_rows = (await connection.execute(answers)).all()
        word_rows = (await connection.execute(words)).all()
    shown: Counter[str] = Counter()
    for emojis, count in answer_rows:
        shown.update(dict.fromkeys(json.loads(emojis), count))
    counts: dict[FeedbackKind, Counter[str]] = {kind: Counter() for kind in FeedbackKind}
    for kind, emoji, count in word_rows:
        counts[FeedbackKind(kind)][emoji] += count
    return FeedbackStatistics(
        predictions=sum(count for _, count in answer_rows),
        reacted=sum(count for emojis, count in answer_rows if json.loads(emojis)),
        shown=shown,
        feedback=counts,
    )

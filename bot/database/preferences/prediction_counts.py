"""The counts of stored predictions and of the feedback on them; no queries but their columns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import Feedback, FeedbackKind, FeedbackSource, MessageRef, Outcome
from bot.core.preferences.counts import (
    Counts,
    Vote,
    count_shown,
    count_vote,
    decay_weight,
    reweight_shown,
)
from bot.database.queries import prediction_id
from bot.database.tables import community, prediction

SCORE_DIGITS = 6
"""Decimal places of a stored score."""
COUNTED_COLUMNS = (
    prediction.c.community_id,
    prediction.c.predictions,
    prediction.c.model_scores,
    prediction.c.shown,
    prediction.c.as_buttons,
    prediction.c.shown_weight,
    prediction.c.rule,
    prediction.c.created_at,
)
"""The columns of ``prediction`` by which showings and votes are counted."""


async def prediction_of(connection: AsyncConnection, ref: MessageRef) -> Row[Any] | None:
    """Return id, author and ``COUNTED_COLUMNS`` of the message's row; None if it was not scored.

    The community's row is locked, so that on PostgreSQL no other transaction counts votes by the
    same earlier votes; on SQLite there is only one writer.
    """
    columns = (prediction.c.id, prediction.c.author, *COUNTED_COLUMNS)
    query: Select[Any] = (
        select(*columns)
        .join(community)
        .where(prediction.c.id == prediction_id(ref))
        .with_for_update(of=community, key_share=True)
    )
    row: Row[Any] | None = (await connection.execute(query)).first()
    return row


def model_scores(row: Row[Any]) -> dict[str, float]:
    """Return the model scores of a prediction's top five."""
    emojis = [emoji for emoji, _ in row.predictions]
    return dict(zip(emojis, row.model_scores, strict=True))


def outcome_counts(outcome: Outcome) -> dict[str, Counts]:
    """Return the counts of showing a new outcome's emojis, at full weight."""
    # With rounded scores, as they are stored: taking the counts back leaves nothing.
    scores = {p.emoji: round(p.model_score, SCORE_DIGITS) for p in outcome.predictions}
    return count_shown(outcome.shown, scores)


def shown_sums(row: Row[Any]) -> dict[str, Counts]:
    """Return what showing a stored prediction added to the sums; nothing for buttons and rules."""
    if row.as_buttons or row.rule is not None:
        return {}
    counts = count_shown(row.shown, model_scores(row))
    return as_sums(scale(counts, row.shown_weight), row.created_at)


def vote_of(row: Row[Any], given: Feedback | Row[Any]) -> Vote:
    """Return feedback on a stored prediction as a vote."""
    from_buttons = given.source == FeedbackSource.BUTTON and bool(row.as_buttons)
    return Vote(FeedbackKind(given.kind), given.emoji or None, from_buttons)


def vote_counts(row: Row[Any], given: Feedback | Row[Any]) -> dict[str, Counts]:
    """Return the counts of feedback on a stored prediction, at full weight; none under a rule."""
    if row.rule is not None:
        return {}
    return count_vote(vote_of(row, given), tuple(row.shown), model_scores(row))


def reweighting_sums(
    row: Row[Any], given: Feedback | Row[Any], vote_weight: float
) -> dict[str, Counts]:
    """Return what a removal of this weight adds to the sums of what was shown."""
    if row.rule is not None:
        return {}
    change = vote_weight - row.shown_weight
    counts = reweight_shown(vote_of(row, given), tuple(row.shown), model_scores(row), change)
    return as_sums(counts, row.created_at)


def as_sums(counts: Mapping[str, Counts], at: datetime) -> dict[str, Counts]:
    """Return what counts of this moment add to the stored sums."""
    return scale(counts, decay_weight(at))


def scale(counts: Mapping[str, Counts], factor: float) -> dict[str, Counts]:
    """Return all counts times ``factor``."""
    return {emoji: emoji_counts.scaled(factor) for emoji, emoji_counts in counts.items()}

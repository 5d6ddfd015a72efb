"""The counts of one member in one community, from the rows that are stored of them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, and_, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import FeedbackKind, MemberKey
from bot.core.preferences.counts import Counts, count_shown, decay_weight
from bot.database.preferences.prediction_counts import (
    COUNTED_COLUMNS,
    model_scores,
    scale,
    vote_counts,
)
from bot.database.preferences.votes import select_votes
from bot.database.tables import feedback, prediction

MAX_ROWS = 512
"""Latest outcomes, and latest votes, of a member that are counted."""


async def member_counts(
    connection: AsyncConnection,
    community_id: int | ScalarSelect[int],
    member: MemberKey,
    now: datetime,
) -> dict[str, Counts]:
    """Return the counts of a member in a community, decayed to ``now``.

    Emojis shown on their own messages and on those that they voted on, and their votes, each with
    full weight: a member's own preferences need no limit on their votes. For who removed a
    reaction stands the author, as in the community's counts.
    """
    sums: dict[str, Counts] = defaultdict(Counts)
    seen: dict[int, Row[Any]] = {}
    for row in await connection.execute(_own_outcomes(community_id, member)):
        seen[row.id] = row
    for row in await connection.execute(_own_votes(community_id, member)):
        seen.setdefault(row.id, row)
        _add(sums, scale(vote_counts(row, row), decay_weight(row.at) / decay_weight(now)))
    for row in seen.values():
        if not row.as_buttons and row.rule is None:
            shown = count_shown(row.shown, model_scores(row))
            _add(sums, scale(shown, decay_weight(row.created_at) / decay_weight(now)))
    return dict(sums)


def _own_outcomes(community_id: int | ScalarSelect[int], member: MemberKey) -> Select[Any]:
    return (
        select(prediction.c.id, *COUNTED_COLUMNS)
        .where(prediction.c.community_id == community_id, prediction.c.author == member)
        .order_by(prediction.c.id.desc())
        .limit(MAX_ROWS)
    )


def _own_votes(community_id: int | ScalarSelect[int], member: MemberKey) -> Select[Any]:
    is_removal = feedback.c.kind == FeedbackKind.REMOVE.value
    by_member = or_(
        and_(is_removal, prediction.c.author == member),
        and_(not_(is_removal), feedback.c.actor == member),
    )
    return (
        select_votes(prediction.c.id, *COUNTED_COLUMNS)
        .where(prediction.c.community_id == community_id, by_member)
        .order_by(feedback.c.id.desc())
        .limit(MAX_ROWS)
    )


def _add(sums: dict[str, Counts], counts: Mapping[str, Counts]) -> None:
    for emoji, emoji_counts in counts.items():
        sums[emoji] += emoji_counts

"""What was kept of what the bot showed: by emoji, by community, by day; and what was chosen."""

import datetime
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeVar

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.events import FeedbackKind
from bot.database.tables import community, feedback, prediction
from bot.database.transaction import transaction

# As text, since PostgreSQL cannot group by its json type.
_SHOWN = cast(prediction.c.shown, String)
_SHOWN_ANY = _SHOWN != "[]"
_REJECTED = and_(
    feedback.c.prediction_id == prediction.c.id,
    feedback.c.kind.in_((FeedbackKind.REMOVE.value, FeedbackKind.DISLIKE.value)),
)


_Key = TypeVar("_Key", str, tuple[str, str])


@dataclass(frozen=True, slots=True)
class KeptShare:
    """How much was shown, and how much of it nobody removed or disliked."""

    shown: int
    kept: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 where nothing was shown."""
        return self.kept / self.shown if self.shown else 0.0


@dataclass(frozen=True, slots=True)
class FeedbackTrends:
    """Emojis count by themselves, communities and days by whole answers."""

    by_emoji: Mapping[str, KeptShare]
    """The most shown first, as in ``by_community``."""
    by_community: Mapping[tuple[str, str], KeptShare]
    """By platform and the platform's own id."""
    by_day: Mapping[datetime.date, KeptShare]
    """In UTC, the earliest first; days without answers are left out."""
    corrections: Counter[tuple[str, str]]
    """What was shown and what people chose instead."""


async def compute_trends(engine: AsyncEngine) -> FeedbackTrends:
    """Count in the database.

    Raises:
        StoreFailed: the database cannot be read.
    """
    async with transaction(engine) as connection:
        day = _day(connection.dialect.name)
        places = await _kept_shares(connection, community.c.platform, community.c.external_id)
        days = await _kept_shares(connection, day)
        return FeedbackTrends(
            by_emoji=await kept_by_emoji(connection, true()),
            by_community=_most_first({(name[0], name[1]): kept for name, kept in places}),
            by_day={
                datetime.date.fromisoformat(name[0]): kept
                for name, kept in sorted(days, key=itemgetter(0))
            },
            corrections=await _corrections(connection),
        )


def _day(dialect: str) -> ColumnElement[str]:
    if dialect == "sqlite":
        return func.strftime("%Y-%m-%d", prediction.c.created_at, type_=String)
    # The session's time zone would decide otherwise.
    utc = func.timezone("UTC", prediction.c.created_at)
    return func.to_char(utc, "YYYY-MM-DD", type_=String)


async def _kept_shares(
    connection: AsyncConnection, *keys: ColumnElement[str]
) -> list[tuple[tuple[str, ...], KeptShare]]:
    kept = case((exists().where(_REJECTED), 0), else_=1)
    each = select(
        *(key.label(f"key_{index}") for index, key in enumerate(keys)), kept.label("kept")
    )
    answers = each.join_from(prediction, community).where(_SHOWN_ANY).subquery()
    grouped = [answers.c[f"key_{index}"] for index in range(len(keys))]
    query = select(*grouped, func.count(), func.sum(answers.c.kept)).group_by(*grouped)
    rows = await connection.execute(query)
    return [(tuple(key), KeptShare(shown, kept)) for *key, shown, kept in rows]


async def kept_by_emoji(
    connection: AsyncConnection, where: ColumnElement[bool]
) -> dict[str, KeptShare]:
    """The most shown first; ``where`` is a condition on communities."""
    shown: Counter[str] = Counter()
    answers = (
        select(_SHOWN, func.count()).join_from(prediction, community).where(where).group_by(_SHOWN)
    )
    for emojis, count in await connection.execute(answers):
        shown.update(dict.fromkeys(json.loads(emojis), count))
    refused: defaultdict[int, set[str]] = defaultdict(set)
    words = (
        select(prediction.c.id, _SHOWN, feedback.c.emoji)
        .join_from(prediction, feedback, _REJECTED)
        .join(community, community.c.id == prediction.c.community_id)
        .where(where)
    )
    for answer, emojis, emoji in await connection.execute(words):
        chosen = json.loads(emojis)
        # A word on no emoji that was shown is about the whole answer.
        refused[answer].update([emoji] if emoji in chosen else chosen)
    lost = Counter(emoji for emojis in refused.values() for emoji in emojis)
    return _most_first({e: KeptShare(count, count - lost[e]) for e, count in shown.items()})


async def _corrections(connection: AsyncConnection) -> Counter[tuple[str, str]]:
    swaps: Counter[tuple[str, str]] = Counter()
    query = (
        select(_SHOWN, feedback.c.emoji, func.count())
        .join_from(prediction, feedback)
        .where(feedback.c.kind == FeedbackKind.CORRECT.value)
        .group_by(_SHOWN, feedback.c.emoji)
    )
    for emojis, chosen, count in await connection.execute(query):
        swaps.update({(shown, chosen): count for shown in json.loads(emojis)})
    return swaps


def _most_first(counts: dict[_Key, KeptShare]) -> dict[_Key, KeptShare]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1].shown, str(item[0]))))

"""Kept shares by emoji, community and day, and the corrections, of what the model chose."""

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
_BY_MODEL = prediction.c.rule.is_(None)
_SHOWN_ANY = and_(_SHOWN != "[]", _BY_MODEL)
_REJECTED = and_(
    feedback.c.prediction_id == prediction.c.id,
    feedback.c.kind.in_((FeedbackKind.REMOVE.value, FeedbackKind.DISLIKE.value)),
)


_Key = TypeVar("_Key", str, tuple[str, str])


@dataclass(frozen=True, slots=True)
class KeptShare:
    """Shown emojis or messages, and those that were neither removed nor disliked."""

    shown: int
    kept: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 if nothing was shown."""
        return self.kept / self.shown if self.shown else 0.0


@dataclass(frozen=True, slots=True)
class FeedbackTrends:
    """Kept shares: of emojis by emoji, of messages by community and by day."""

    by_emoji: Mapping[str, KeptShare]
    """In descending order of shown, as in ``by_community``."""
    by_community: Mapping[tuple[str, str], KeptShare]
    """By platform and the platform's id."""
    by_day: Mapping[datetime.date, KeptShare]
    """In UTC, in ascending order; days on which nothing was shown are left out."""
    corrections: Counter[tuple[str, str]]
    """Pairs of the shown emoji and the one that was chosen instead."""


async def compute_trends(engine: AsyncEngine) -> FeedbackTrends:
    """Compute the trends in the database.

    Raises:
        StoreFailed: the database cannot be read.
    """
    async with transaction(engine) as connection:
        day = _day(connection.dialect.name)
        communities = await _kept_shares(connection, community.c.platform, community.c.external_id)
        days = await _kept_shares(connection, day)
        return FeedbackTrends(
            by_emoji=await kept_by_emoji(connection, true()),
            by_community=_by_shown({(name[0], name[1]): kept for name, kept in communities}),
            by_day={
                datetime.date.fromisoformat(name[0]): kept
                for name, kept in sorted(days, key=itemgetter(0))
            },
            corrections=await _corrections(connection),
        )


async def compute_kept_share(engine: AsyncEngine, since: datetime.datetime) -> KeptShare:
    """Count the messages with a shown emoji since a time, and those without a rejection.

    Raises:
        StoreFailed: the database cannot be read.
    """
    kept = case((exists().where(_REJECTED), 0), else_=1)
    shown = and_(_SHOWN_ANY, prediction.c.created_at >= since)
    query = select(func.count(), func.coalesce(func.sum(kept), 0)).where(shown)
    async with transaction(engine) as connection:
        counts = (await connection.execute(query.select_from(prediction))).one()
    return KeptShare(int(counts[0]), int(counts[1]))


def _day(dialect: str) -> ColumnElement[str]:
    if dialect == "sqlite":
        return func.strftime("%Y-%m-%d", prediction.c.created_at, type_=String)
    # The default is the time zone of the session.
    utc = func.timezone("UTC", prediction.c.created_at)
    return func.to_char(utc, "YYYY-MM-DD", type_=String)


async def _kept_shares(
    connection: AsyncConnection, *keys: ColumnElement[str]
) -> list[tuple[tuple[str, ...], KeptShare]]:
    kept = case((exists().where(_REJECTED), 0), else_=1)
    shares = select(
        *(key.label(f"key_{index}") for index, key in enumerate(keys)), kept.label("kept")
    )
    outcomes = shares.join_from(prediction, community).where(_SHOWN_ANY).subquery()
    grouped = [outcomes.c[f"key_{index}"] for index in range(len(keys))]
    query = select(*grouped, func.count(), func.sum(outcomes.c.kept)).group_by(*grouped)
    rows = await connection.execute(query)
    return [(tuple(key), KeptShare(shown, kept)) for *key, shown, kept in rows]


async def kept_by_emoji(
    connection: AsyncConnection, where: ColumnElement[bool]
) -> dict[str, KeptShare]:
    """Return kept shares in descending order of shown; ``where`` selects communities."""
    where = and_(where, _BY_MODEL)
    shown: Counter[str] = Counter()
    outcomes = (
        select(_SHOWN, func.count()).join_from(prediction, community).where(where).group_by(_SHOWN)
    )
    for emojis, count in await connection.execute(outcomes):
        shown.update(dict.fromkeys(json.loads(emojis), count))
    rejected: defaultdict[int, set[str]] = defaultdict(set)
    rejections = (
        select(prediction.c.id, _SHOWN, feedback.c.emoji)
        .join_from(prediction, feedback, _REJECTED)
        .join(community, community.c.id == prediction.c.community_id)
        .where(where)
    )
    for row_id, emojis, emoji in await connection.execute(rejections):
        shown_there = json.loads(emojis)
        # Feedback on no shown emoji is about all of them.
        rejected[row_id].update([emoji] if emoji in shown_there else shown_there)
    lost = Counter(emoji for emojis in rejected.values() for emoji in emojis)
    return _by_shown({e: KeptShare(count, count - lost[e]) for e, count in shown.items()})


async def _corrections(connection: AsyncConnection) -> Counter[tuple[str, str]]:
    corrections: Counter[tuple[str, str]] = Counter()
    query = (
        select(_SHOWN, feedback.c.emoji, func.count())
        .join_from(prediction, feedback)
        .where(feedback.c.kind == FeedbackKind.CORRECT.value, _BY_MODEL)
        .group_by(_SHOWN, feedback.c.emoji)
    )
    for emojis, chosen, count in await connection.execute(query):
        corrections.update({(shown, chosen): count for shown in json.loads(emojis)})
    return corrections


def _by_shown(counts: dict[_Key, KeptShare]) -> dict[_Key, KeptShare]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1].shown, str(item[0]))))

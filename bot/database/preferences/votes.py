"""Earlier votes and showings of a member, from which the weight of the next one follows."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import FeedbackKind
from bot.core.preferences.counts import (
    MAX_PAST_SHOWINGS,
    QUORUM,
    count_vote,
    decay_weight,
    voted_emojis,
)
from bot.database.preferences.prediction_counts import vote_of
from bot.database.tables import daily_unprompted, daily_vote, feedback, prediction
from bot.database.transaction import Database

_IS_REMOVAL = feedback.c.kind == FeedbackKind.REMOVE.value


@dataclass(frozen=True, slots=True)
class Voter:
    """A member of a community at one moment."""

    community_id: int
    member: str
    at: datetime

    @property
    def day(self) -> int:
        """The day in UTC, counted from the first of January of the year 1."""
        return self.at.astimezone(UTC).toordinal()

    @property
    def daily_hash(self) -> str:
        """The hash that stands for the member on this day."""
        return daily_voter_hash(self.day, self.community_id, self.member)


class VoteHistory:
    """Votes of today, and earlier votes and showings that are still stored."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def today(self, connection: AsyncConnection, voter: Voter) -> Counter[str]:
        """Return the member's votes on each emoji on the day; delete those of earlier days."""
        await connection.execute(delete(daily_vote).where(daily_vote.c.day < voter.day))
        query = select(daily_vote.c.emoji, daily_vote.c.votes).where(
            _on_day_of(voter), daily_vote.c.member == voter.daily_hash
        )
        return Counter({row.emoji: row.votes for row in await connection.execute(query)})

    async def purge_days_before(self, now: datetime) -> None:
        """Delete what is kept for one day only: in a quiet community no vote comes to do it.

        Raises:
            StoreFailed: nothing was deleted.
        """
        today = now.astimezone(UTC).toordinal()
        async with self._database.write() as connection:
            for table in (daily_vote, daily_unprompted):
                await connection.execute(delete(table).where(table.c.day < today))

    async def stored(
        self, connection: AsyncConnection, voter: Voter, *, removals: bool
    ) -> dict[str, float]:
        """Return the decayed number of the member's stored votes on each emoji.

        Removals count apart from other votes: the author of the message stands for who removed.
        """
        by_voter = (
            and_(_IS_REMOVAL, prediction.c.author == voter.member)
            if removals
            else and_(not_(_IS_REMOVAL), feedback.c.actor == voter.member)
        )
        query = select_votes(prediction.c.shown, prediction.c.as_buttons).where(
            by_voter,
            prediction.c.community_id == voter.community_id,
            feedback.c.vote_weight > 0,
        )
        votes: dict[str, float] = defaultdict(float)
        for row in await connection.execute(query):
            for emoji in voted_emojis(count_vote(vote_of(row, row), tuple(row.shown), {})):
                votes[emoji] += decay_weight(row.at) / decay_weight(voter.at)
        return votes

    async def shown(self, connection: AsyncConnection, author: Voter) -> dict[str, float]:
        """Return the decayed number of times that each emoji was shown to a member of late."""
        query = (
            select(prediction.c.shown, prediction.c.created_at)
            .where(
                prediction.c.author == author.member,
                prediction.c.community_id == author.community_id,
                prediction.c.skip_reason.is_(None),
                not_(prediction.c.as_buttons),
                prediction.c.rule.is_(None),
            )
            .order_by(prediction.c.id.desc())
            .limit(MAX_PAST_SHOWINGS)
        )
        showings: dict[str, float] = defaultdict(float)
        for row in await connection.execute(query):
            for emoji in row.shown:
                showings[emoji] += decay_weight(row.created_at) / decay_weight(author.at)
        return showings

    async def record(
        self, connection: AsyncConnection, voter: Voter, emojis: Collection[str]
    ) -> None:
        """Record that the member voted on these emojis on the day."""
        key = {"community_id": voter.community_id, "day": voter.day, "member": voter.daily_hash}
        rows = [{**key, "emoji": emoji, "votes": 1} for emoji in sorted(emojis)]
        upsert = self._database.insert(daily_vote).on_conflict_do_update(
            index_elements=[*key, "emoji"], set_={"votes": daily_vote.c.votes + 1}
        )
        await connection.execute(upsert, rows)

    async def is_quorum(self, connection: AsyncConnection, voter: Voter) -> bool:
        """Return if ``QUORUM`` members, or all who ever voted if fewer, voted on the day."""
        query = select(func.count(daily_vote.c.member.distinct())).where(_on_day_of(voter))
        voters_today = int((await connection.execute(query)).scalar_one())
        if voters_today >= QUORUM:
            return True
        member = case((_IS_REMOVAL, prediction.c.author), else_=feedback.c.actor)
        others = (
            select(member)
            .join_from(feedback, prediction)
            .where(
                prediction.c.community_id == voter.community_id,
                feedback.c.vote_weight > 0,
                member != voter.member,
            )
            .distinct()
            .limit(QUORUM)
        )
        voters_ever = 1 + len((await connection.execute(others)).all())
        return voters_today >= min(voters_ever, QUORUM)


def daily_voter_hash(day: int, community_id: int, member: str) -> str:
    """Return the hash that stands for a member of a community on a day; it links no two days."""
    return sha256(f"{day}:{community_id}:{member}".encode()).hexdigest()[:32]


def select_votes(*columns: ColumnElement[Any]) -> Select[Any]:
    """Return the query for feedback as votes, with ``columns`` of its predictions."""
    vote_columns = (
        feedback.c.kind,
        feedback.c.emoji,
        feedback.c.source,
        feedback.c.given_at.label("at"),
        feedback.c.vote_weight,
    )
    return select(*vote_columns, *columns).join_from(feedback, prediction)


def _on_day_of(voter: Voter) -> ColumnElement[bool]:
    return and_(daily_vote.c.community_id == voter.community_id, daily_vote.c.day == voter.day)

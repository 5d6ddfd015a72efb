"""What members said and were shown before, by which they count for less and less."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import Feedback, FeedbackKind, FeedbackSource
from bot.core.preferences.counts import (
    MAX_PAST_SHOWINGS,
    QUORUM,
    Vote,
    count_vote,
    decay_weight,
    voted_emojis,
)
from bot.database.tables import daily_vote, feedback, prediction
from bot.database.transaction import Database


class VoteStore:
    """The earlier votes of members, which later ones weigh less for."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def today(
        self, connection: AsyncConnection, here: int, speaker: str, at: datetime
    ) -> Counter[str]:
        """How often a member spoke for or against each emoji on a day; of earlier days all goes."""
        day = at.astimezone(UTC).toordinal()
        await connection.execute(delete(daily_vote).where(daily_vote.c.day < day))
        query = select(daily_vote.c.emoji, daily_vote.c.votes).where(
            _on(here, day), daily_vote.c.member == daily_voter_hash(day, here, speaker)
        )
        return Counter({row.emoji: row.votes for row in await connection.execute(query)})

    async def kept(
        self, connection: AsyncConnection, words: ColumnElement[bool], here: int, at: datetime
    ) -> dict[str, float]:
        """By emoji, how many of these words still count, the old ones less and less."""
        query = select_votes(prediction.c.shown, prediction.c.as_buttons).where(
            words, prediction.c.community_id == here, feedback.c.vote_weight > 0
        )
        found: dict[str, float] = defaultdict(float)
        for row in await connection.execute(query):
            fade = decay_weight(row.at) / decay_weight(at)
            for emoji in voted_emojis(count_vote(vote_of(row, row), tuple(row.shown), {})):
                found[emoji] += fade
        return found

    async def shown_before(
        self, connection: AsyncConnection, author: str, here: int, at: datetime
    ) -> dict[str, float]:
        """By emoji, how often it was shown to a member of late, old times less and less."""
        query = (
            select(prediction.c.shown, prediction.c.created_at)
            .where(
                prediction.c.author == author,
                prediction.c.community_id == here,
                prediction.c.skip_reason.is_(None),
                not_(prediction.c.as_buttons),
            )
            .order_by(prediction.c.id.desc())
            .limit(MAX_PAST_SHOWINGS)
        )
        found: dict[str, float] = defaultdict(float)
        for row in await connection.execute(query):
            for emoji in row.shown:
                found[emoji] += decay_weight(row.created_at) / decay_weight(at)
        return found

    async def record(
        self,
        connection: AsyncConnection,
        here: int,
        speaker: str,
        emojis: Collection[str],
        at: datetime,
    ) -> None:
        """Note that a member spoke of these emojis today."""
        day = at.astimezone(UTC).toordinal()
        member = daily_voter_hash(day, here, speaker)
        rows = [
            {"community_id": here, "day": day, "member": member, "emoji": emoji, "votes": 1}
            for emoji in sorted(emojis)
        ]
        again = self._database.insert(daily_vote).on_conflict_do_update(
            index_elements=["community_id", "day", "member", "emoji"],
            set_={"votes": daily_vote.c.votes + 1},
        )
        await connection.execute(again, rows)

    async def is_quorum(
        self, connection: AsyncConnection, here: int, speaker: str, at: datetime
    ) -> bool:
        """Whether as many members spoke today as it takes, or all who ever did."""
        today = select(func.count(daily_vote.c.member.distinct())).where(
            _on(here, at.astimezone(UTC).toordinal())
        )
        many = (await connection.execute(today)).scalar_one()
        if many >= QUORUM:
            return True
        removal = feedback.c.kind == FeedbackKind.REMOVE.value
        who = case((removal, prediction.c.author), else_=feedback.c.actor)
        others = (
            select(who)
            .join_from(feedback, prediction)
            .where(prediction.c.community_id == here, feedback.c.vote_weight > 0, who != speaker)
            .distinct()
            .limit(QUORUM)
        )
        ever = 1 + len((await connection.execute(others)).all())
        return many >= min(ever, QUORUM)


def daily_voter_hash(day: int, community_id: int, member: str) -> str:
    """What stands for a member of a community on a day; it links no two days."""
    return sha256(f"{day}:{community_id}:{member}".encode()).hexdigest()[:32]


def votes_by(speaker: str, *, removal: bool) -> ColumnElement[bool]:
    """Their words; removals are told apart, as it is the author who stands for who removed."""
    is_removal = feedback.c.kind == FeedbackKind.REMOVE.value
    if removal:
        return and_(is_removal, prediction.c.author == speaker)
    return and_(not_(is_removal), feedback.c.actor == speaker)


def select_votes(*columns: ColumnElement[Any]) -> Select[Any]:
    """Words with what they were said of."""
    word = (
        feedback.c.kind,
        feedback.c.emoji,
        feedback.c.source,
        feedback.c.given_at.label("at"),
        feedback.c.vote_weight,
    )
    return select(*word, *columns).join_from(feedback, prediction)


def vote_of(answer: Row[Any], given: Feedback | Row[Any]) -> Vote:
    """A word on an answer, as it is counted."""
    picked = given.source == FeedbackSource.BUTTON and bool(answer.as_buttons)
    return Vote(FeedbackKind(given.kind), given.emoji or None, picked)


def _on(here: int, day: int) -> ColumnElement[bool]:
    return and_(daily_vote.c.community_id == here, daily_vote.c.day == day)

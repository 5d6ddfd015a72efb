"""Unprompted emojis: those that members put on messages on which the bot showed nothing."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import FeedbackKind, MemberKey, MessageRef
from bot.core.preferences.counts import MAX_VOTES_PER_DAY, Vote, count_vote, unprompted_weight
from bot.database.preferences.prediction_counts import (
    as_sums,
    model_scores,
    prediction_of,
    scale,
)
from bot.database.preferences.totals import PreferenceTotals
from bot.database.preferences.votes import Voter
from bot.database.tables import daily_unprompted
from bot.database.transaction import Database
from model.emoji import ChosenEmoji


class SqlUnpromptedStore:
    """Counts unprompted emojis; who used which is stored for the day alone."""

    def __init__(self, database: Database, totals: PreferenceTotals) -> None:
        """Use an open database, and add to ``totals``."""
        self._database = database
        self._totals = totals

    async def count(
        self, ref: MessageRef, member: MemberKey, emoji: ChosenEmoji, at: datetime
    ) -> bool:
        """Count an emoji that a member put on a message; return if the counts changed.

        Nothing is counted if the bot showed something itself (then it is feedback), if too few
        members used the emoji on that day (``unprompted_weight``), or if this one did before.
        """
        async with self._database.write() as connection:
            row = await prediction_of(connection, ref)
            if row is None or row.shown or not row.predictions:
                return False
            voter = Voter(row.community_id, member, at)
            members = await self._record(connection, voter, emoji)
            weight = unprompted_weight(members) if members else 0.0
            if weight:
                await self._add(connection, row, emoji, weight, at)
            return bool(weight)

    async def _record(self, connection: AsyncConnection, voter: Voter, emoji: str) -> int:
        """Record the use for the day; return how many members used the emoji, 0 if not recorded."""
        columns = daily_unprompted.c
        await connection.execute(delete(daily_unprompted).where(columns.day < voter.day))
        on_day = and_(columns.community_id == voter.community_id, columns.day == voter.day)

        async def number_of(condition: ColumnElement[bool]) -> int:
            query = select(func.count()).select_from(daily_unprompted).where(on_day, condition)
            return int((await connection.execute(query)).scalar_one())

        if await number_of(columns.member == voter.daily_hash) >= MAX_VOTES_PER_DAY:
            return 0
        inserted = await connection.execute(
            self._database.insert(daily_unprompted)
            .values(
                community_id=voter.community_id,
                day=voter.day,
                emoji=emoji,
                member=voter.daily_hash,
            )
            .on_conflict_do_nothing()
        )
        return await number_of(columns.emoji == emoji) if inserted.rowcount else 0

    async def _add(
        self, connection: AsyncConnection, row: Row[Any], emoji: str, weight: float, at: datetime
    ) -> None:
        counts = scale(count_vote(Vote(FeedbackKind.AGREE, emoji), (), model_scores(row)), weight)
        await self._totals.add(
            connection, row.community_id, as_sums(counts, at), datetime.now(UTC), confirmed=True
        )

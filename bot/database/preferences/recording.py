"""Changes of a community's counts by showings and votes, and by their erasure.

All of it runs in the transaction that writes or erases the rows: no count is lost or doubled when a
process dies, and concurrent processes add to the same sums.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import Feedback, FeedbackKind, Outcome
from bot.core.preferences.counts import (
    MAX_VOTES_PER_DAY,
    OUTSIDE_TOP_K,
    Counts,
    shown_weight,
    vote_weight,
    voted_emojis,
)
from bot.database.preferences.prediction_counts import (
    COUNTED_COLUMNS,
    as_sums,
    outcome_counts,
    reweighting_sums,
    scale,
    shown_sums,
    vote_counts,
)
from bot.database.preferences.totals import PreferenceTotals
from bot.database.preferences.votes import VoteHistory, Voter, select_votes


class PreferenceRecording:
    """Adds showings and votes to the counts of a community, and takes them back."""

    def __init__(self, totals: PreferenceTotals, votes: VoteHistory) -> None:
        """Add to ``totals``, with weights that follow from earlier ``votes``."""
        self._totals = totals
        self._votes = votes

    async def shown_weight(
        self, connection: AsyncConnection, author: Voter, outcome: Outcome
    ) -> float:
        """Return the weight of showing an outcome to its author; 0 for buttons and rules."""
        if not outcome.shown or outcome.as_buttons or outcome.rule is not None:
            return 0.0
        earlier = await self._votes.shown(connection, author)
        return shown_weight(max(earlier.get(emoji, 0.0) for emoji in outcome.shown))

    async def count_shown(
        self, connection: AsyncConnection, author: Voter, outcome: Outcome, weight: float
    ) -> None:
        """Count the emojis shown to a message's author."""
        if weight:
            counts = scale(outcome_counts(outcome), weight)
            await self._totals.add(connection, author.community_id, as_sums(counts, author.at))

    async def uncount_shown(self, connection: AsyncConnection, row: Row[Any]) -> None:
        """Take back the showing of a stored prediction, which the platform refused."""
        await self._totals.add(connection, row.community_id, scale(shown_sums(row), -1.0))

    async def count_vote(
        self, connection: AsyncConnection, row: Row[Any], given: Feedback
    ) -> float:
        """Count feedback on a stored prediction, and return its vote weight."""
        counts = vote_counts(row, given)
        emojis = voted_emojis(counts)
        if not emojis:
            return 0.0
        is_removal = given.kind is FeedbackKind.REMOVE
        # Platforms do not always say who removed the bot's reaction: the author stands for them.
        voter = Voter(row.community_id, row.author if is_removal else given.actor, given.at)
        weight = await self._vote_weight(connection, voter, emojis, removals=is_removal)
        await self._totals.add(connection, row.community_id, reweighting_sums(row, given, weight))
        if not weight:
            return 0.0
        await self._votes.record(connection, voter, emojis)
        await self._add_vote(connection, voter.community_id, scale(counts, weight), voter.at)
        if await self._votes.is_quorum(connection, voter):
            await self._totals.confirm(connection, voter.community_id)
        return weight

    async def uncount_vote(
        self, connection: AsyncConnection, row: Row[Any], given: Feedback, weight: float
    ) -> None:
        """Take back feedback that was counted with this vote weight at ``given.at``."""
        community_id = row.community_id
        reweighting = scale(reweighting_sums(row, given, weight), -1.0)
        await self._totals.add(connection, community_id, reweighting)
        if weight:
            counts = scale(vote_counts(row, given), -weight)
            await self._add_vote(connection, community_id, counts, given.at)

    async def uncount(
        self,
        connection: AsyncConnection,
        is_feedback: ColumnElement[bool],
        is_prediction: ColumnElement[bool],
    ) -> None:
        """Take back what these rows of ``feedback`` and ``prediction`` were counted for.

        For rows that are about to be erased: otherwise the same votes could be given again at full
        weight.
        """
        sums: dict[int, dict[str, Counts]] = {}

        def subtract(row: Row[Any], counted: Mapping[str, Counts]) -> None:
            totals = sums.setdefault(row.community_id, {OUTSIDE_TOP_K: Counts()})
            for emoji, counts in counted.items():
                totals[emoji] = totals.get(emoji, Counts()) + counts.scaled(-1.0)

        for row in await connection.execute(select_votes(*COUNTED_COLUMNS).where(is_feedback)):
            subtract(row, as_sums(scale(vote_counts(row, row), row.vote_weight), row.at))
            subtract(row, reweighting_sums(row, row, row.vote_weight))
        showings: Select[Any] = select(*COUNTED_COLUMNS).where(is_prediction)
        for row in await connection.execute(showings):
            subtract(row, shown_sums(row))
        for community_id, totals in sorted(sums.items()):
            await self._totals.add(connection, community_id, totals, datetime.now(UTC))
            await self._totals.cap_confirmed(connection, community_id)

    async def _vote_weight(
        self,
        connection: AsyncConnection,
        voter: Voter,
        emojis: Collection[str],
        *,
        removals: bool,
    ) -> float:
        today = await self._votes.today(connection, voter)
        stored = await self._votes.stored(connection, voter, removals=removals)
        if today.total() >= MAX_VOTES_PER_DAY:
            return 0.0
        return vote_weight(max(max(today[e], stored[e]) for e in emojis))

    async def _add_vote(
        self,
        connection: AsyncConnection,
        community_id: int,
        counts: Mapping[str, Counts],
        at: datetime,
    ) -> None:
        # Other processes hear of the vote by the row of OUTSIDE_TOP_K.
        sums = as_sums({OUTSIDE_TOP_K: Counts(), **counts}, at)
        await self._totals.add(connection, community_id, sums, datetime.now(UTC))

"""What answers and words on them add to a community's taste, and what erasing them takes back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import Feedback, FeedbackKind, MemberKey, MessageRef, Outcome
from bot.core.preferences.counts import (
    MAX_VOTES_PER_DAY,
    OUTSIDE_TOP_K,
    Counts,
    count_shown,
    count_vote,
    reweight_shown,
    shown_weight,
    vote_weight,
    voted_emojis,
)
from bot.database.preferences.totals import PreferenceTotals, summed
from bot.database.preferences.votes import VoteStore, select_votes, vote_of, votes_by
from bot.database.queries import prediction_id
from bot.database.tables import community, prediction


class PreferenceRecording:
    """What outcomes and votes add to the sums of a community.

    Counts are added in the transaction that writes what they count: none is lost or doubled
    where a process dies, and two processes add to the same sums.
    """

    def __init__(self, totals: PreferenceTotals, votes: VoteStore) -> None:
        """Add to ``totals``, by the weight of earlier ``votes``."""
        self._totals = totals
        self._votes = votes

    async def shown_weight(
        self,
        connection: AsyncConnection,
        here: int,
        author: MemberKey,
        outcome: Outcome,
        now: datetime,
    ) -> float:
        """What a showing to this member weighs; an offer of five is nothing that can be removed."""
        if not outcome.shown or outcome.as_buttons:
            return 0.0
        before = await self._votes.shown_before(connection, author, here, now)
        return shown_weight(max(before.get(emoji, 0.0) for emoji in outcome.shown))

    async def count_shown(
        self, connection: AsyncConnection, here: int, outcome: Outcome, now: datetime, weight: float
    ) -> None:
        """Count what is put on a message."""
        # As they are stored, so that nothing is left where this is taken back.
        own = {p.emoji: round(p.model_score, SCORE_DIGITS) for p in outcome.predictions}
        counted = _scaled(count_shown(outcome.shown, own), weight)
        await self._totals.add(connection, here, summed(counted, now) if weight else {})

    async def uncount_shown(self, connection: AsyncConnection, answer: Row[Any]) -> None:
        """Take back what a platform did not let be shown."""
        await self._totals.add(
            connection, answer.community_id, _shown(answer, -answer.shown_weight)
        )

    async def count_vote(
        self, connection: AsyncConnection, answer: Row[Any], given: Feedback
    ) -> float:
        """Count a member's word on a message; with what weight."""
        counted = _said(answer, given)
        emojis = voted_emojis(counted)
        if not emojis:
            return 0.0
        here, at = answer.community_id, given.at
        # Who takes the bot's reaction away is not always told: then the author is who can.
        removal = given.kind is FeedbackKind.REMOVE
        speaker = answer.author if removal else given.actor
        today = await self._votes.today(connection, here, speaker, at)
        earlier = await self._votes.kept(connection, votes_by(speaker, removal=removal), here, at)
        strength = vote_weight(max((max(today[e], earlier[e]) for e in emojis), default=0.0))
        strength = 0.0 if today.total() >= MAX_VOTES_PER_DAY else strength
        await self._totals.add(connection, here, _unshown(answer, given, strength))
        if not strength:
            return 0.0
        await self._votes.record(connection, here, speaker, emojis, at)
        await self._change(connection, here, counted, at, strength)
        if await self._votes.is_quorum(connection, here, speaker, at):
            await self._totals.confirm(connection, here)
        return strength

    async def uncount_vote(
        self, connection: AsyncConnection, answer: Row[Any], given: Feedback, strength: float
    ) -> None:
        """Take a word back that was counted with this weight at ``given.at``."""
        here = answer.community_id
        await self._totals.add(connection, here, _negative(_unshown(answer, given, strength)))
        if strength:
            await self._change(connection, here, _said(answer, given), given.at, -strength)

    async def uncount(
        self,
        connection: AsyncConnection,
        words: ColumnElement[bool],
        answers: ColumnElement[bool],
    ) -> None:
        """Take back what these rows of ``feedback`` and ``prediction`` were counted for.

        They are about to go, and what remained of them could be added to again.
        """
        sums: dict[int, dict[str, Counts]] = {}

        def back(row: Row[Any], counted: Mapping[str, Counts]) -> None:
            here = sums.setdefault(row.community_id, {OUTSIDE_TOP_K: Counts()})
            for emoji, counts in counted.items():
                here[emoji] = here.get(emoji, Counts()) + counts.scaled(-1.0)

        for row in await connection.execute(select_votes(*COUNTED_COLUMNS).where(words)):
            back(row, _scaled(summed(_said(row, row), row.at), row.vote_weight))
            back(row, _unshown(row, row, row.vote_weight))
        showings: Select[Any] = select(*COUNTED_COLUMNS).where(answers)
        for row in await connection.execute(showings):
            back(row, _shown(row, row.shown_weight))
        for community_id, counted in sorted(sums.items()):
            await self._totals.add(connection, community_id, counted, datetime.now(UTC))
            await self._totals.cap_confirmed(connection, community_id)

    async def _change(
        self,
        connection: AsyncConnection,
        here: int,
        counted: Mapping[str, Counts],
        at: datetime,
        strength: float,
    ) -> None:
        scaled = {OUTSIDE_TOP_K: Counts(), **_scaled(counted, strength)}
        await self._totals.add(connection, here, summed(scaled, at), datetime.now(UTC))


SCORE_DIGITS = 6
"""Decimal places of a stored score."""
COUNTED_COLUMNS = (
    prediction.c.community_id,
    prediction.c.predictions,
    prediction.c.model_scores,
    prediction.c.shown,
    prediction.c.as_buttons,
    prediction.c.shown_weight,
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


def scores(answer: Row[Any]) -> dict[str, float]:
    """Return the model scores of a prediction's emojis."""
    emojis = [emoji for emoji, _ in answer.predictions]
    return dict(zip(emojis, answer.model_scores, strict=True))


def _shown(answer: Row[Any], times: float) -> dict[str, Counts]:
    """What an answer adds to the sums where it is shown."""
    counted = {} if answer.as_buttons else count_shown(answer.shown, scores(answer))
    return summed(_scaled(counted, times), answer.created_at)


def _said(answer: Row[Any], given: Feedback | Row[Any]) -> dict[str, Counts]:
    return count_vote(vote_of(answer, given), tuple(answer.shown), scores(answer))


def _unshown(answer: Row[Any], given: Feedback | Row[Any], strength: float) -> dict[str, Counts]:
    more = strength - answer.shown_weight
    counted = reweight_shown(vote_of(answer, given), tuple(answer.shown), scores(answer), more)
    return summed(counted, answer.created_at)


def _scaled(counted: Mapping[str, Counts], times: float) -> dict[str, Counts]:
    return {emoji: counts.scaled(times) for emoji, counts in counted.items()}


def _negative(counted: Mapping[str, Counts]) -> dict[str, Counts]:
    return _scaled(counted, -1.0)

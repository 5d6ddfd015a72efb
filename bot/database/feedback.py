"""Feedback on outcomes, counted in the transaction that stores it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    MemberKey,
    MessageRef,
)
from bot.database.feedback_sources import Sources
from bot.database.preferences.prediction_counts import prediction_of
from bot.database.preferences.recording import PreferenceRecording
from bot.database.queries import is_opted_out
from bot.database.tables import feedback, latest_update
from bot.database.transaction import Database
from model.emoji import ChosenEmoji

_KEY = ("prediction_id", "actor", "kind", "emoji")


class SqlFeedbackStore:
    """One row for each message, actor, kind and emoji."""

    def __init__(self, database: Database, recording: PreferenceRecording) -> None:
        """Use an open database; ``recording`` counts what is stored."""
        self._database = database
        self._recording = recording

    async def add(self, given: Feedback) -> FeedbackResult:
        """Insert, refresh or withdraw feedback; members who opted out can only withdraw."""
        async with self._database.write() as connection:
            if not given.withdrawn and await is_opted_out(
                connection, given.ref.platform, given.actor
            ):
                return FeedbackResult.OPTED_OUT
            prediction = await prediction_of(connection, given.ref)
            if prediction is None:
                return FeedbackResult.UNKNOWN_MESSAGE
            await self._apply(connection, prediction, given)
            return FeedbackResult.RECORDED

    async def replace(
        self,
        ref: MessageRef,
        actor: MemberKey,
        source: FeedbackSource,
        feedback: Sequence[Feedback],
        update_id: int | None = None,
    ) -> FeedbackResult:
        """Make these the actor's only feedback through ``source``; none withdraws all.

        With ``update_id``, what an update with a higher number stored stays.
        """
        async with self._database.write() as connection:
            if feedback and await is_opted_out(connection, ref.platform, actor):
                return FeedbackResult.OPTED_OUT
            prediction = await prediction_of(connection, ref)
            if prediction is None:
                return FeedbackResult.UNKNOWN_MESSAGE
            if update_id is not None and not await self._is_latest(
                connection, _change_key(prediction.id, actor, source), update_id
            ):
                return FeedbackResult.RECORDED
            for earlier in await _stored(connection, prediction.id, ref, actor, source):
                if not any(_same(earlier, given) for given in feedback):
                    await self._withdraw(connection, prediction, earlier)
            for given in feedback:
                await self._apply(connection, prediction, given)
            return FeedbackResult.RECORDED

    async def _is_latest(
        self, connection: AsyncConnection, key: dict[str, object], update_id: int
    ) -> bool:
        """Record an update; return False if one with a higher number was recorded before."""
        applied = {"update_id": update_id, "applied_at": datetime.now(UTC)}
        upsert = self._database.insert(latest_update).values(key | applied)
        recorded = await connection.execute(
            upsert.on_conflict_do_update(
                index_elements=[*key],
                set_=applied,
                where=latest_update.c.update_id <= update_id,
            )
        )
        return recorded.rowcount == 1

    async def _apply(
        self, connection: AsyncConnection, prediction: Row[Any], given: Feedback
    ) -> None:
        if given.withdrawn:
            await self._withdraw(connection, prediction, given)
        else:
            await self._insert(connection, prediction, given)

    async def _withdraw(
        self, connection: AsyncConnection, prediction: Row[Any], given: Feedback
    ) -> None:
        """Delete the stored feedback, and take back what it counted for when it was given.

        Of a reaction and a burst reaction with the same emoji, the other one stays.
        """
        is_stored = _has_key(_key(prediction, given))
        stored = (await connection.execute(select(feedback).where(is_stored))).first()
        if stored is None:
            return
        left = Sources.of(stored).without(given.source)
        if left is not None:
            await connection.execute(update(feedback).where(is_stored).values(left.columns()))
            return
        await connection.execute(delete(feedback).where(is_stored))
        counted = replace(given, at=stored.given_at)
        await self._recording.uncount_vote(connection, prediction, counted, stored.vote_weight)

    async def _insert(
        self, connection: AsyncConnection, prediction: Row[Any], given: Feedback
    ) -> None:
        """Store and count the feedback; of what is stored already only the source changes.

        Its time stays that at which it was counted.
        """
        key = _key(prediction, given)
        is_stored = _has_key(key)
        stored = (await connection.execute(select(feedback).where(is_stored))).first()
        if stored is not None:
            sources = Sources.of(stored).with_(given.source)
            await connection.execute(update(feedback).where(is_stored).values(sources.columns()))
            return
        weight = await self._recording.count_vote(connection, prediction, given)
        given_at = {"given_at": given.at, "vote_weight": weight}
        row = {**key, **Sources(given.source).columns(), **given_at}
        await connection.execute(insert(feedback).values(row))


async def _stored(
    connection: AsyncConnection,
    prediction_id: int,
    ref: MessageRef,
    actor: MemberKey,
    source: FeedbackSource,
) -> list[Feedback]:
    """Return the actor's feedback through ``source`` on one prediction."""
    query = select(feedback).where(
        feedback.c.prediction_id == prediction_id,
        feedback.c.actor == actor,
        feedback.c.source == source.value,
    )
    return [
        Feedback(
            ref,
            actor,
            FeedbackKind(row.kind),
            ChosenEmoji(row.emoji) if row.emoji else None,
            source,
            row.given_at,
        )
        for row in await connection.execute(query)
    ]


def _change_key(prediction_id: int, actor: MemberKey, source: FeedbackSource) -> dict[str, object]:
    """Return the key in ``latest_update``."""
    member = sha256(f"{prediction_id}:{actor}:{source}".encode()).hexdigest()[:32]
    return {"prediction_id": prediction_id, "member": member}


def _same(one: Feedback, other: Feedback) -> bool:
    return (one.kind, one.emoji) == (other.kind, other.emoji)


def _key(prediction: Row[Any], given: Feedback) -> dict[str, object]:
    values = (prediction.id, given.actor, given.kind.value, given.emoji or "")
    return dict(zip(_KEY, values, strict=True))


def _has_key(key: dict[str, object]) -> ColumnElement[bool]:
    return and_(*(feedback.c[name] == value for name, value in key.items()))

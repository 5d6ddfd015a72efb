"""Feedback of members on outcomes, counted in the transaction that stores it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import Feedback, FeedbackKind, FeedbackSource, MemberKey, MessageRef
from bot.database.preferences.recording import PreferenceRecording, prediction_of
from bot.database.tables import feedback
from bot.database.transaction import Database


class SqlFeedbackStore:
    """The feedback on outcomes: one row for each message, actor, kind and emoji."""

    def __init__(self, database: Database, recording: PreferenceRecording) -> None:
        """Use an open database."""
        self._database = database
        self._recording = recording

    async def add(self, given: Feedback) -> bool:
        """Insert, refresh or withdraw; False where the message has no row."""
        async with self._database.write() as connection:
            answer = await prediction_of(connection, given.ref)
            if answer is None:
                return False
            await self._keep_word(connection, answer, given)
            return True

    async def replace(
        self,
        ref: MessageRef,
        actor: MemberKey,
        source: FeedbackSource,
        words: Sequence[Feedback],
    ) -> bool:
        """What the actor says on the message through ``source`` is this and nothing else.

        False where the message has no row.
        """
        async with self._database.write() as connection:
            answer = await prediction_of(connection, ref)
            if answer is None:
                return False
            said = and_(
                feedback.c.prediction_id == answer.id,
                feedback.c.actor == actor,
                feedback.c.source == source.value,
            )
            stays = {(word.kind.value, word.emoji or "") for word in words}
            for row in (await connection.execute(select(feedback).where(said))).all():
                if (row.kind, row.emoji) not in stays:
                    kind, about = FeedbackKind(row.kind), row.emoji or None
                    gone = Feedback(ref, actor, kind, about, source, row.given_at, withdrawn=True)
                    await self._keep_word(connection, answer, gone)
            for word in words:
                await self._keep_word(connection, answer, word)
            return True

    async def _keep_word(
        self, connection: AsyncConnection, answer: Row[Any], given: Feedback
    ) -> None:
        """Insert, refresh or withdraw, and count."""
        word = {
            "prediction_id": answer.id,
            "actor": given.actor,
            "kind": given.kind.value,
            "emoji": given.emoji or "",
        }
        same = and_(*(feedback.c[name] == value for name, value in word.items()))
        earlier = (await connection.execute(select(feedback).where(same))).first()
        if given.withdrawn:
            if earlier is not None:
                await connection.execute(delete(feedback).where(same))
                then = replace(given, at=earlier.given_at)
                await self._recording.uncount_vote(connection, answer, then, earlier.vote_weight)
            return
        news = {"source": given.source.value, "given_at": given.at}
        counted = 0.0 if earlier else await self._recording.count_vote(connection, answer, given)
        await connection.execute(
            self._database.insert(feedback)
            .values({**word, **news, "vote_weight": counted})
            .on_conflict_do_update(index_elements=list(word), set_=news)
        )

"""The ``Store`` of the core on SQLite or PostgreSQL: one short transaction for each event."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import Answer, Feedback, IncomingMessage, MessageRef, Outcome, SkipReason
from bot.database.choices import ChoiceStore
from bot.database.members import MemberStore, erase_texts
from bot.database.session import active_consent, prediction_id, transaction
from bot.database.tables import feedback, prediction
from bot.database.tastes import SqlTasteStore
from model import Prediction
from model.text import encodable


class SqlStore(ChoiceStore, MemberStore, SqlTasteStore):
    """Implements ``bot.core.ports.Store``; a database that fails raises ``StoreFailed``."""

    async def record(self, message: IncomingMessage, outcome: Outcome) -> bool:
        """Write one row; False where the message has one, which it keeps."""
        async with transaction(self._writer) as connection:
            consent_to = await self._consent_to_text(connection, message)
            here, now = await self._community(connection, message.ref), datetime.now(UTC)
            row = {
                "community_id": here,
                "chat": message.ref.chat,
                "message": message.ref.message,
                "author": message.author,
                "artifact": outcome.artifact,
                "top": [[p.emoji, round(p.score, 6)] for p in outcome.predictions],
                "own": [round(p.own, 6) for p in outcome.predictions],
                "chosen": list(outcome.chosen),
                "offered": outcome.offered,
                "skip": outcome.skip,
                "refusal": outcome.refusal,
                "threshold": outcome.threshold,
                "language": message.language,
                "text": None if consent_to is None else encodable(message.text),
                "consent": consent_to,
                "created_at": now,
            }
            written = await connection.execute(
                self._insert(prediction)
                .values(row)
                .on_conflict_do_nothing(index_elements=["community_id", "chat", "message"])
            )
            if written.rowcount != 1:
                return False
            await self._count_shown(connection, here, outcome, now)
            return True

    async def refused(self, ref: MessageRef, reason: str) -> None:
        """The platform did not take the recorded answer: nothing was shown."""
        told = {"chosen": [], "skip": SkipReason.REFUSED, "refusal": reason}
        async with transaction(self._writer) as connection:
            answer = (await connection.execute(_answered(ref))).first()
            if answer is None:
                return
            await self._uncount_shown(connection, answer)
            row = prediction.c.id == answer.id
            await connection.execute(update(prediction).where(row).values(told))

    async def answer(self, ref: MessageRef) -> Answer | None:
        """What is stored of a message; None where it was not scored."""
        query = select(prediction).where(prediction.c.id == prediction_id(ref).scalar_subquery())
        async with transaction(self._reader) as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        outcome = Outcome(
            ref,
            predictions=tuple(Prediction(emoji, score) for emoji, score in row.top),
            chosen=tuple(row.chosen),
            skip=SkipReason(row.skip) if row.skip else None,
            refusal=row.refusal,
            artifact=row.artifact,
            threshold=row.threshold,
        )
        return Answer(outcome, row.created_at)

    async def add_feedback(self, given: Feedback) -> bool:
        """Insert, refresh or withdraw; False where the message has no row."""
        async with transaction(self._writer) as connection:
            answer = (await connection.execute(_answered(given.ref))).first()
            if answer is None:
                return False
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
                    await self._uncount_word(connection, answer, then, earlier.counted)
                return True
            news = {"source": given.source.value, "given_at": given.at}
            counted = 0.0 if earlier else await self._count_word(connection, answer, given)
            await connection.execute(
                self._insert(feedback)
                .values({**word, **news, "counted": counted})
                .on_conflict_do_update(index_elements=list(word), set_=news)
            )
            return True

    async def delete_message(self, ref: MessageRef) -> None:
        """Forget the message's prediction, and with it its feedback."""
        row_id = prediction_id(ref).scalar_subquery()
        async with transaction(self._writer) as connection:
            await connection.execute(delete(prediction).where(prediction.c.id == row_id))

    async def purge(self, before: datetime, texts_before: datetime | None = None) -> int:
        """Erase predictions older than ``before`` with their feedback; how many rows changed.

        Of those older than ``texts_before`` the texts go.
        """
        async with transaction(self._writer) as connection:
            old = delete(prediction).where(prediction.c.created_at < before)
            erased = (await connection.execute(old)).rowcount
            if texts_before is not None:
                past = erase_texts(prediction.c.created_at < texts_before)
                erased += (await connection.execute(past)).rowcount
            return erased

    async def _consent_to_text(
        self, connection: AsyncConnection, message: IncomingMessage
    ) -> str | None:
        if not message.storable:
            return None
        return await active_consent(connection, message.ref.platform, message.author)


def _answered(ref: MessageRef) -> Select[Any]:
    """What was shown on a message, with what its words are counted by."""
    columns = (
        prediction.c.id,
        prediction.c.community_id,
        prediction.c.author,
        prediction.c.top,
        prediction.c.own,
        prediction.c.chosen,
        prediction.c.offered,
        prediction.c.created_at,
    )
    return select(*columns).where(prediction.c.id == prediction_id(ref).scalar_subquery())

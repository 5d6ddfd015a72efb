"""One row for each scored message: predictions, shown emojis, skip reason."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import IncomingMessage, MessageRef, Outcome, RecordedOutcome, SkipReason
from bot.database.members import erase_texts
from bot.database.preferences.prediction_counts import SCORE_DIGITS, prediction_of
from bot.database.preferences.recording import PreferenceRecording
from bot.database.preferences.votes import Voter
from bot.database.queries import (
    active_consent,
    find_or_create_community,
    is_community,
    prediction_id,
)
from bot.database.tables import feedback, prediction
from bot.database.transaction import Database
from bot.database.trends import KeptShare, kept_by_emoji
from model import Prediction


class SqlOutcomeStore:
    """The outcomes of messages; what they count for goes into the same transaction."""

    def __init__(
        self, database: Database, recording: PreferenceRecording, terms: str | None = None
    ) -> None:
        """Use an open database.

        With ``terms``, a text is stored only under a consent to that version of them.
        """
        self._database = database
        self._recording = recording
        self._terms = terms

    async def record(self, message: IncomingMessage, outcome: Outcome) -> bool:
        """Insert the outcome of a message; return False and keep the stored one if there is one."""
        async with self._database.write() as connection:
            # What a rule showed teaches the model nothing: its text is of no use.
            consent = None
            if outcome.rule is None:
                consent = await self._consent_to_text(connection, message)
            community_id = await find_or_create_community(self._database, connection, message.ref)
            now = datetime.now(UTC)
            author = Voter(community_id, message.author, now)
            weight = await self._recording.shown_weight(connection, author, outcome)
            row = _row(message, outcome) | {
                "community_id": community_id,
                "shown_weight": weight,
                "text": None if consent is None else message.text,
                "consent": consent,
                "created_at": now,
            }
            inserted = await connection.execute(
                self._database.insert(prediction)
                .values(row)
                .on_conflict_do_nothing(index_elements=["community_id", "chat", "message"])
            )
            if inserted.rowcount != 1:
                return False
            await self._recording.count_shown(connection, author, outcome, weight)
            return True

    async def record_refusal(self, ref: MessageRef, refusal: str) -> None:
        """Record that the platform refused the outcome: nothing was shown."""
        values = {"shown": [], "skip_reason": SkipReason.REFUSED, "refusal": refusal}
        async with self._database.write() as connection:
            stored = await prediction_of(connection, ref)
            if stored is None:
                return
            await self._recording.uncount_shown(connection, stored)
            is_stored = prediction.c.id == stored.id
            await connection.execute(update(prediction).where(is_stored).values(values))

    async def find(self, ref: MessageRef) -> RecordedOutcome | None:
        """Return what is stored of a message; None if it was not scored."""
        query = select(prediction).where(prediction.c.id == prediction_id(ref))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else RecordedOutcome(_outcome(ref, row), row.created_at)

    async def kept_by_emoji(self, ref: MessageRef) -> Mapping[str, KeptShare]:
        """Return the kept share of each emoji shown in the community, the most shown first."""
        async with self._database.read() as connection:
            return await kept_by_emoji(connection, is_community(ref))

    async def delete(self, ref: MessageRef) -> None:
        """Delete the message's outcome, its feedback, and what both counted for."""
        row_id = prediction_id(ref)
        async with self._database.write() as connection:
            await self._recording.uncount(
                connection, feedback.c.prediction_id == row_id, prediction.c.id == row_id
            )
            deletion = delete(prediction).where(prediction.c.id == row_id)
            deleted = (await connection.execute(deletion)).rowcount
        if deleted:
            await self._database.truncate_log()

    async def purge(self, before: datetime, texts_before: datetime | None = None) -> int:
        """Delete outcomes of before ``before`` with their feedback; return the rows changed.

        Of those of before ``texts_before`` only the texts are erased.
        """
        async with self._database.erase() as connection:
            old = delete(prediction).where(prediction.c.created_at < before)
            changed = (await connection.execute(old)).rowcount
            if texts_before is not None:
                texts = erase_texts(prediction.c.created_at < texts_before)
                changed += (await connection.execute(texts)).rowcount
            return changed

    async def _consent_to_text(
        self, connection: AsyncConnection, message: IncomingMessage
    ) -> str | None:
        if not message.may_store_text:
            return None
        version = await active_consent(connection, message.ref.platform, message.author)
        return version if self._terms in (None, version) else None


def _row(message: IncomingMessage, outcome: Outcome) -> dict[str, object]:
    """Return the columns that need no database to fill in."""
    return {
        "chat": message.ref.chat,
        "message": message.ref.message,
        "author": message.author,
        "artifact_version": outcome.artifact_version,
        "predictions": [[p.emoji, round(p.score, SCORE_DIGITS)] for p in outcome.predictions],
        "model_scores": [round(p.model_score, SCORE_DIGITS) for p in outcome.predictions],
        "shown": list(outcome.shown),
        "as_buttons": outcome.as_buttons,
        "skip_reason": outcome.skip_reason,
        "refusal": outcome.refusal,
        "confidence_threshold": outcome.confidence_threshold,
        "rule": outcome.rule,
        "language": message.language,
    }


def _outcome(ref: MessageRef, row: Row[Any]) -> Outcome:
    return Outcome(
        ref,
        predictions=tuple(Prediction(emoji, score) for emoji, score in row.predictions),
        shown=tuple(row.shown),
        skip_reason=SkipReason(row.skip_reason) if row.skip_reason else None,
        refusal=row.refusal,
        artifact_version=row.artifact_version,
        confidence_threshold=row.confidence_threshold,
        as_buttons=row.as_buttons,
        rule=row.rule,
    )

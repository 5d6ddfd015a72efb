"""The ``Store`` of the core on SQLite or PostgreSQL: one short transaction for each event."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.events import (
    Feedback,
    FeedbackKind,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
    RecordedOutcome,
    SkipReason,
)
from bot.core.messages.policy import ChatSettings
from bot.database.chat_settings import ChatSettingStore
from bot.database.members import MemberStore, erase_texts
from bot.database.preferences.consented_texts import ConsentedTextStore
from bot.database.preferences.recording import ANSWER, DIGITS
from bot.database.preferences.unprompted import UnpromptedStore
from bot.database.tables import feedback, prediction
from bot.database.transaction import active_consent, is_community, prediction_id, transaction
from bot.database.trends import KeptShare, kept_by_emoji
from bot.database.update_claims import UpdateClaimStore
from model import Prediction
from model.text import encodable


class SqlStore(
    ChatSettingStore, MemberStore, UnpromptedStore, ConsentedTextStore, UpdateClaimStore
):
    """Implements ``bot.core.ports.Store``; a database that fails raises ``StoreFailed``."""

    def __init__(
        self,
        engine: AsyncEngine,
        defaults: ChatSettings | None = None,
        terms: str | None = None,
    ) -> None:
        """Use an open database.

        ``defaults`` hold where a community has not chosen. With ``terms``, a consent counts for
        new texts only where it was given to that version of them.
        """
        super().__init__(engine, defaults)
        self._terms = terms

    async def member_status(self, message: IncomingMessage) -> tuple[ChatSettings, bool]:
        """The settings that hold for a message, and whether its author opted out."""
        ref = message.ref
        async with transaction(self._reader) as connection:
            settings = await self._settings(connection, ref, message.parent_chat)
            return settings, await self._opted_out(connection, ref.platform, message.author)

    async def record(self, message: IncomingMessage, outcome: Outcome) -> bool:
        """Write one row; False where the message has one, which it keeps."""
        async with transaction(self._writer) as connection:
            consent_to = await self._consent_to_text(connection, message)
            here, now = await self._community(connection, message.ref), datetime.now(UTC)
            weight = await self._presence(connection, here, message.author, outcome, now)
            row = {
                "community_id": here,
                "chat": message.ref.chat,
                "message": message.ref.message,
                "author": message.author,
                "artifact_version": outcome.artifact_version,
                "predictions": [[p.emoji, round(p.score, DIGITS)] for p in outcome.predictions],
                "model_scores": [round(p.model_score, DIGITS) for p in outcome.predictions],
                "shown": list(outcome.shown),
                "as_buttons": outcome.as_buttons,
                "shown_weight": weight,
                "skip_reason": outcome.skip_reason,
                "refusal": outcome.refusal,
                "confidence_threshold": outcome.threshold,
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
            await self._count_shown(connection, here, outcome, now, weight)
            return True

    async def record_refusal(self, ref: MessageRef, reason: str) -> None:
        """The platform did not take the recorded answer: nothing was shown."""
        told = {"shown": [], "skip_reason": SkipReason.REFUSED, "refusal": reason}
        async with transaction(self._writer) as connection:
            answer = (await connection.execute(_answered(ref))).first()
            if answer is None:
                return
            await self._uncount_shown(connection, answer)
            row = prediction.c.id == answer.id
            await connection.execute(update(prediction).where(row).values(told))

    async def recorded_outcome(self, ref: MessageRef) -> RecordedOutcome | None:
        """What is stored of a message; None where it was not scored."""
        query = select(prediction).where(prediction.c.id == prediction_id(ref).scalar_subquery())
        async with transaction(self._reader) as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        outcome = Outcome(
            ref,
            predictions=tuple(Prediction(emoji, score) for emoji, score in row.predictions),
            shown=tuple(row.shown),
            skip_reason=SkipReason(row.skip_reason) if row.skip_reason else None,
            refusal=row.refusal,
            artifact_version=row.artifact_version,
            threshold=row.confidence_threshold,
            as_buttons=row.as_buttons,
        )
        return RecordedOutcome(outcome, row.created_at)

    async def add_feedback(self, given: Feedback) -> bool:
        """Insert, refresh or withdraw; False where the message has no row."""
        async with transaction(self._writer) as connection:
            answer = (await connection.execute(_answered(given.ref))).first()
            if answer is None:
                return False
            await self._keep_word(connection, answer, given)
            return True

    async def replace_feedback(
        self,
        ref: MessageRef,
        actor: MemberKey,
        source: FeedbackSource,
        words: Sequence[Feedback],
    ) -> bool:
        """What the actor says on the message through ``source`` is this and nothing else.

        False where the message has no row.
        """
        async with transaction(self._writer) as connection:
            answer = (await connection.execute(_answered(ref))).first()
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

    async def kept_by_emoji(self, ref: MessageRef) -> Mapping[str, KeptShare]:
        """By emoji, how much of what the community was shown was kept, the most shown first."""
        async with transaction(self._reader) as connection:
            return await kept_by_emoji(connection, is_community(ref))

    async def delete_message(self, ref: MessageRef) -> None:
        """Forget the message's prediction, and with it its feedback and what that counted for."""
        row_id = prediction_id(ref).scalar_subquery()
        async with transaction(self._writer) as connection:
            words = feedback.c.prediction_id == row_id
            await self._unsay(connection, words, prediction.c.id == row_id)
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
                await self._uncount_word(connection, answer, then, earlier.vote_weight)
            return
        news = {"source": given.source.value, "given_at": given.at}
        counted = 0.0 if earlier else await self._count_word(connection, answer, given)
        await connection.execute(
            self._insert(feedback)
            .values({**word, **news, "vote_weight": counted})
            .on_conflict_do_update(index_elements=list(word), set_=news)
        )

    async def _consent_to_text(
        self, connection: AsyncConnection, message: IncomingMessage
    ) -> str | None:
        if not message.may_store_text:
            return None
        given = await active_consent(connection, message.ref.platform, message.author)
        return given if self._terms in (None, given) else None


def _answered(ref: MessageRef) -> Select[Any]:
    """What was shown on a message, with what its words are counted by."""
    columns = (
        prediction.c.id,
        prediction.c.author,
        *ANSWER,
    )
    return select(*columns).where(prediction.c.id == prediction_id(ref).scalar_subquery())

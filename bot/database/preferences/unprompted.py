"""Emojis that members use themselves on messages that the bot scored and left alone."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, select

from bot.core.events import FeedbackKind, MemberKey, MessageRef
from bot.core.preferences.counts import WORDS_A_DAY, Word, company, said
from bot.database.preferences.recording import ANSWER, SqlTasteStore, scores
from bot.database.preferences.totals import summed
from bot.database.preferences.votes import voice_of
from bot.database.tables import prediction, taste_use
from bot.database.transaction import prediction_id, transaction


class UseStore(SqlTasteStore):
    """Adds to the sums of a taste; of who used what, nothing outlasts the day."""

    async def count_use(self, ref: MessageRef, member: MemberKey, emoji: str, at: datetime) -> bool:
        """Count an emoji that a member put on a message; whether the taste changed.

        Nothing where the bot showed something itself: that is feedback. Nor where too few members
        used the emoji that day (``company``), or this one did before.
        """
        query: Select[Any] = select(*ANSWER).where(
            prediction.c.id == prediction_id(ref).scalar_subquery()
        )
        async with transaction(self._writer) as connection:
            answer = (await connection.execute(query)).first()
            if answer is None or answer.chosen or not answer.top:
                return False
            here, day = answer.community_id, at.astimezone(UTC).toordinal()
            await connection.execute(delete(taste_use).where(taste_use.c.day < day))
            on_day = and_(taste_use.c.community_id == here, taste_use.c.day == day)
            hashed = voice_of(day, here, member)

            async def many(which: ColumnElement[bool]) -> int:
                found = select(func.count()).select_from(taste_use).where(on_day, which)
                return int((await connection.execute(found)).scalar_one())

            if await many(taste_use.c.member == hashed) >= WORDS_A_DAY:
                return False
            row = {"community_id": here, "day": day, "emoji": emoji, "member": hashed}
            noted = await connection.execute(
                self._insert(taste_use).values(row).on_conflict_do_nothing()
            )
            weighs = company(await many(taste_use.c.emoji == emoji)) if noted.rowcount else 0.0
            if not weighs:
                return False
            counted = said(Word(FeedbackKind.AGREE, emoji), (), scores(answer))
            counted = {each: counts.times(weighs) for each, counts in counted.items()}
            await self._add(connection, here, summed(counted, at), datetime.now(UTC), settled=True)
            return True

"""Emojis that members use themselves on messages that the bot scored and left alone."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, select

from bot.core.events import FeedbackKind, MemberKey, MessageRef
from bot.core.preferences.counts import MAX_VOTES_PER_DAY, Vote, count_vote, unprompted_weight
from bot.database.preferences.recording import ANSWER, PreferenceRecording, scores
from bot.database.preferences.totals import summed
from bot.database.preferences.votes import daily_voter_hash
from bot.database.tables import daily_unprompted, prediction
from bot.database.transaction import prediction_id, transaction


class UnpromptedStore(PreferenceRecording):
    """Adds to the sums of a taste; of who used what, nothing outlasts the day."""

    async def count_unprompted(
        self, ref: MessageRef, member: MemberKey, emoji: str, at: datetime
    ) -> bool:
        """Count an emoji that a member put on a message; whether the taste changed.

        Nothing where the bot showed something itself: that is feedback. Nor where too few members
        used the emoji that day (``company``), or this one did before.
        """
        query: Select[Any] = select(*ANSWER).where(
            prediction.c.id == prediction_id(ref).scalar_subquery()
        )
        async with transaction(self._writer) as connection:
            answer = (await connection.execute(query)).first()
            if answer is None or answer.shown or not answer.predictions:
                return False
            here, day = answer.community_id, at.astimezone(UTC).toordinal()
            await connection.execute(delete(daily_unprompted).where(daily_unprompted.c.day < day))
            on_day = and_(daily_unprompted.c.community_id == here, daily_unprompted.c.day == day)
            hashed = daily_voter_hash(day, here, member)

            async def many(which: ColumnElement[bool]) -> int:
                found = select(func.count()).select_from(daily_unprompted).where(on_day, which)
                return int((await connection.execute(found)).scalar_one())

            if await many(daily_unprompted.c.member == hashed) >= MAX_VOTES_PER_DAY:
                return False
            row = {"community_id": here, "day": day, "emoji": emoji, "member": hashed}
            noted = await connection.execute(
                self._insert(daily_unprompted).values(row).on_conflict_do_nothing()
            )
            weighs = (
                unprompted_weight(await many(daily_unprompted.c.emoji == emoji))
                if noted.rowcount
                else 0.0
            )
            if not weighs:
                return False
            counted = count_vote(Vote(FeedbackKind.AGREE, emoji), (), scores(answer))
            counted = {each: counts.scaled(weighs) for each, counts in counted.items()}
            await self._add(connection, here, summed(counted, at), datetime.now(UTC), settled=True)
            return True

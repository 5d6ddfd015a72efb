"""Emojis that members use themselves on messages that the bot scored and left alone."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, func, select

from bot.core.events import FeedbackKind, MemberKey, MessageRef
from bot.core.preferences.counts import MAX_VOTES_PER_DAY, Vote, count_vote, unprompted_weight
from bot.database.preferences.recording import prediction_of, scores
from bot.database.preferences.totals import PreferenceTotals, summed
from bot.database.preferences.votes import daily_voter_hash
from bot.database.tables import daily_unprompted
from bot.database.transaction import Database


class SqlUnpromptedStore:
    """Counts unprompted emojis; of who used which, nothing outlasts the day."""

    def __init__(self, database: Database, totals: PreferenceTotals) -> None:
        """Use an open database, and add to ``totals``."""
        self._database = database
        self._totals = totals

    async def count(self, ref: MessageRef, member: MemberKey, emoji: str, at: datetime) -> bool:
        """Count an emoji that a member put on a message; whether the taste changed.

        Nothing where the bot showed something itself: that is feedback. Nor where too few members
        used the emoji that day (``company``), or this one did before.
        """
        async with self._database.write() as connection:
            answer = await prediction_of(connection, ref)
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
                self._database.insert(daily_unprompted).values(row).on_conflict_do_nothing()
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
            await self._totals.add(
                connection, here, summed(counted, at), datetime.now(UTC), confirmed=True
            )
            return True

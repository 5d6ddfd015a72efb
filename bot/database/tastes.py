"""What communities like, as sums that every process adds to within its own transactions."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.community import (
    ELSEWHERE,
    NAMES,
    WORDS_A_DAY,
    Counts,
    Word,
    said,
    shown,
    touched,
    voice,
    weight,
)
from bot.core.events import Feedback, FeedbackKind, FeedbackSource, MessageRef, Outcome
from bot.database.session import Session, is_community, transaction
from bot.database.tables import community, taste, taste_voice


class SqlTasteStore(Session):
    """Implements ``bot.core.ports.TasteStore``.

    Counts are added in the transaction that writes what they count: none is lost or doubled
    where a process dies, and two processes add to the same sums.
    """

    async def taste_counts(self, ref: MessageRef, now: datetime) -> dict[str, Counts]:
        """By emoji, faded to ``now``."""
        query = (
            select(taste.c.emoji, *(taste.c[name] for name in NAMES))
            .join(community)
            .where(is_community(ref))
        )
        async with transaction(self._reader) as connection:
            rows = (await connection.execute(query)).all()
        fade = 1.0 / weight(now)
        return {emoji: Counts(*numbers).times(fade) for emoji, *numbers in rows}

    async def taste_changes(self, since: datetime) -> Mapping[tuple[str, str], datetime]:
        """Platform and id of the communities where something was said since, and when."""
        query = (
            select(community.c.platform, community.c.external_id, taste.c.changed_at)
            .join_from(taste, community)
            .where(taste.c.changed_at >= since, taste.c.emoji == ELSEWHERE)
        )
        async with transaction(self._reader) as connection:
            rows = (await connection.execute(query)).all()
        return {(platform, name): at for platform, name, at in rows}

    async def replace_taste(
        self, ref: MessageRef, counts: Mapping[str, Counts], now: datetime
    ) -> None:
        """Put these counts, of ``now``, in the place of those that there are."""
        async with transaction(self._writer) as connection:
            here = await self._community(connection, ref)
            await connection.execute(delete(taste).where(taste.c.community_id == here))
            # The others hear of the change by this row.
            counts = {ELSEWHERE: Counts(), **counts}
            await self._add(connection, here, _summed(counts, now), now)

    async def _count_shown(
        self, connection: AsyncConnection, here: int, outcome: Outcome, now: datetime
    ) -> None:
        """Count what is put on a message; an offer of five is nothing that can be removed."""
        if outcome.chosen and not outcome.offered:
            scores = {p.emoji: p.own for p in outcome.predictions}
            await self._add(connection, here, _summed(shown(outcome.chosen, scores), now))

    async def _uncount_shown(self, connection: AsyncConnection, answer: Row[Any]) -> None:
        """Take back what a platform did not let be shown."""
        if answer.chosen and not answer.offered:
            counted = _summed(shown(answer.chosen, _scores(answer)), answer.created_at)
            back = {emoji: counts.times(-1.0) for emoji, counts in counted.items()}
            await self._add(connection, answer.community_id, back)

    async def _count_word(
        self, connection: AsyncConnection, answer: Row[Any], given: Feedback
    ) -> float:
        """Count a member's word on a message; with what weight."""
        counted = _said(answer, given)
        if not counted:
            return 0.0
        # Who takes the bot's reaction away is not always told: then the author is who can.
        speaker = answer.author if given.kind is FeedbackKind.REMOVE else given.actor
        strength = await self._voice(
            connection, answer.community_id, speaker, touched(counted), given.at
        )
        if strength:
            await self._change(connection, answer.community_id, counted, given.at, strength)
        return strength

    async def _uncount_word(
        self, connection: AsyncConnection, answer: Row[Any], given: Feedback, strength: float
    ) -> None:
        """Take a word back that was counted with this weight at ``given.at``."""
        if strength:
            counted = _said(answer, given)
            await self._change(connection, answer.community_id, counted, given.at, -strength)

    async def _change(
        self,
        connection: AsyncConnection,
        here: int,
        counted: Mapping[str, Counts],
        at: datetime,
        strength: float,
    ) -> None:
        scaled = {emoji: counts.times(strength) for emoji, counts in counted.items()}
        scaled = {ELSEWHERE: Counts(), **scaled}
        await self._add(connection, here, _summed(scaled, at), datetime.now(UTC))

    async def _voice(
        self,
        connection: AsyncConnection,
        here: int,
        speaker: str,
        emojis: Collection[str],
        at: datetime,
    ) -> float:
        """Count the words of a member's day; what the next one weighs."""
        day = at.astimezone(UTC).toordinal()
        await connection.execute(delete(taste_voice).where(taste_voice.c.day < day))
        member = voice_of(day, here, speaker)
        own = and_(
            taste_voice.c.community_id == here,
            taste_voice.c.day == day,
            taste_voice.c.member == member,
        )
        query = select(taste_voice.c.emoji, taste_voice.c.words).where(own)
        words = {row.emoji: row.words for row in await connection.execute(query)}
        if sum(words.values()) >= WORDS_A_DAY:
            return 0.0
        rows = [
            {"community_id": here, "day": day, "member": member, "emoji": emoji, "words": 1}
            for emoji in sorted(emojis)
        ]
        again = self._insert(taste_voice).on_conflict_do_update(
            index_elements=["community_id", "day", "member", "emoji"],
            set_={"words": taste_voice.c.words + 1},
        )
        if rows:
            await connection.execute(again, rows)
        return voice(max((words.get(emoji, 0) for emoji in emojis), default=0))

    async def _add(
        self,
        connection: AsyncConnection,
        here: int,
        sums: Mapping[str, Counts],
        changed_at: datetime | None = None,
    ) -> None:
        """Add to the sums; ``changed_at`` where others must hear of it soon."""
        names = {"community_id": here, "changed_at": changed_at or datetime.now(UTC)}
        # In one order, so that two writers cannot wait for each other.
        rows = [
            {**names, "emoji": emoji, **dict(zip(NAMES, counts.row(), strict=True))}
            for emoji, counts in sorted(sums.items())
        ]
        more = self._insert(taste)
        changes: dict[str, Any] = {name: taste.c[name] + more.excluded[name] for name in NAMES}
        if changed_at is not None:
            changes["changed_at"] = more.excluded.changed_at
        # Rows as parameters: the statement is compiled once, not for each number of rows.
        await connection.execute(
            more.on_conflict_do_update(index_elements=["community_id", "emoji"], set_=changes), rows
        )


def voice_of(day: int, community_id: int, member: str) -> str:
    """What stands for a member of a community on a day; it links no two days."""
    return sha256(f"{day}:{community_id}:{member}".encode()).hexdigest()[:32]


def _summed(counts: Mapping[str, Counts], at: datetime) -> dict[str, Counts]:
    factor = weight(at)
    return {emoji: each.times(factor) for emoji, each in counts.items()}


def _said(answer: Row[Any], given: Feedback) -> dict[str, Counts]:
    emoji = given.emoji or None
    picked = given.source is FeedbackSource.BUTTON and bool(answer.offered)
    return said(Word(given.kind, emoji, picked), tuple(answer.chosen), _scores(answer))


def _scores(answer: Row[Any]) -> dict[str, float]:
    """The model's own of the five; those of before tastes were learnt are the shown ones."""
    own = answer.own or [score for _, score in answer.top]
    return {emoji: score for (emoji, _), score in zip(answer.top, own, strict=True)}

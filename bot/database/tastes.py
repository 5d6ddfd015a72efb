"""What communities like, as sums that every process adds to within its own transactions."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.community import (
    ELSEWHERE,
    NAMES,
    QUORUM,
    WORDS_A_DAY,
    Counts,
    Tally,
    Word,
    said,
    shown,
    touched,
    unshown,
    voice,
    weight,
)
from bot.core.events import Feedback, FeedbackKind, FeedbackSource, MessageRef, Outcome
from bot.database.session import Session, is_community, transaction
from bot.database.tables import community, feedback, prediction, taste, taste_voice

SETTLED = tuple(f"settled_{name}" for name in NAMES)
"""What ``NAMES`` were when enough members last spoke."""


class SqlTasteStore(Session):
    """Implements ``bot.core.ports.TasteStore``.

    Counts are added in the transaction that writes what they count: none is lost or doubled
    where a process dies, and two processes add to the same sums.
    """

    async def taste_tally(self, ref: MessageRef, now: datetime) -> Tally:
        """What is counted, faded to ``now``."""
        columns = (taste.c[name] for name in (*NAMES, *SETTLED))
        query = select(taste.c.emoji, *columns).join(community).where(is_community(ref))
        async with transaction(self._reader) as connection:
            rows = (await connection.execute(query)).all()
        fade, many = 1.0 / weight(now), len(NAMES)
        return Tally(
            said={emoji: Counts(*sums[:many]).times(fade) for emoji, *sums in rows},
            settled={emoji: Counts(*sums[many:]).times(fade) for emoji, *sums in rows},
        )

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

    async def spoken_tastes(self, most: int, now: datetime) -> list[dict[str, Counts]]:
        """The settled counts of the communities that spoke last, faded to ``now``."""
        last = (
            select(taste.c.community_id)
            .where(taste.c.emoji == ELSEWHERE)
            .order_by(taste.c.changed_at.desc())
            .limit(most)
        )
        query = (
            select(taste.c.community_id, taste.c.emoji, *(taste.c[name] for name in SETTLED))
            .where(taste.c.community_id.in_(last))
            .order_by(taste.c.community_id, taste.c.emoji)
        )
        async with transaction(self._reader) as connection:
            rows = (await connection.execute(query)).all()
        fade = 1.0 / weight(now)
        found: dict[int, dict[str, Counts]] = defaultdict(dict)
        for community_id, emoji, *sums in rows:
            found[community_id][emoji] = Counts(*sums).times(fade)
        return list(found.values())

    async def replace_taste(
        self, ref: MessageRef, counts: Mapping[str, Counts], now: datetime
    ) -> None:
        """Put these counts, of ``now``, in the place of those that there are."""
        async with transaction(self._writer) as connection:
            here = await self._community(connection, ref)
            await connection.execute(delete(taste).where(taste.c.community_id == here))
            # The others hear of the change by this row.
            counts = {ELSEWHERE: Counts(), **counts}
            await self._add(connection, here, summed(counts, now), now)
            await self._settle(connection, here)

    async def _count_shown(
        self, connection: AsyncConnection, here: int, outcome: Outcome, now: datetime
    ) -> None:
        """Count what is put on a message; an offer of five is nothing that can be removed."""
        if outcome.chosen and not outcome.offered:
            own = {p.emoji: p.own for p in outcome.predictions}
            await self._add(connection, here, summed(shown(outcome.chosen, own), now))

    async def _uncount_shown(self, connection: AsyncConnection, answer: Row[Any]) -> None:
        """Take back what a platform did not let be shown."""
        if answer.chosen and not answer.offered:
            counted = summed(shown(answer.chosen, scores(answer)), answer.created_at)
            back = {emoji: counts.times(-1.0) for emoji, counts in counted.items()}
            await self._add(connection, answer.community_id, back)

    async def _count_word(
        self, connection: AsyncConnection, answer: Row[Any], given: Feedback
    ) -> float:
        """Count a member's word on a message; with what weight."""
        counted = _said(answer, given)
        emojis = touched(counted)
        if not emojis:
            return 0.0
        here, at = answer.community_id, given.at
        # Who takes the bot's reaction away is not always told: then the author is who can.
        removal = given.kind is FeedbackKind.REMOVE
        speaker = answer.author if removal else given.actor
        today = await self._today(connection, here, speaker, at)
        earlier = await self._kept(connection, _by(speaker, removal=removal), here, at)
        strength = voice(max((max(today[e], earlier[e]) for e in emojis), default=0.0))
        strength = 0.0 if today.total() >= WORDS_A_DAY else strength
        await self._add(connection, here, _unshown(answer, given, strength))
        if not strength:
            return 0.0
        await self._speak(connection, here, speaker, emojis, at)
        await self._change(connection, here, counted, at, strength)
        if await self._are_enough(connection, here, speaker, at):
            await self._settle(connection, here)
        return strength

    async def _uncount_word(
        self, connection: AsyncConnection, answer: Row[Any], given: Feedback, strength: float
    ) -> None:
        """Take a word back that was counted with this weight at ``given.at``."""
        here = answer.community_id
        back = _unshown(answer, given, strength)
        back = {emoji: counts.times(-1.0) for emoji, counts in back.items()}
        await self._add(connection, here, back)
        if strength:
            await self._change(connection, here, _said(answer, given), given.at, -strength)

    async def _unsay(self, connection: AsyncConnection, words: ColumnElement[bool]) -> None:
        """Take back what these rows of ``feedback``, which are about to go, were counted for."""
        query = _words(*ANSWER).where(words, feedback.c.counted > 0)
        sums: dict[int, dict[str, Counts]] = {}
        for row in await connection.execute(query):
            here = sums.setdefault(row.community_id, {ELSEWHERE: Counts()})
            for emoji, counts in summed(_said(row, row), row.at).items():
                here[emoji] = here.get(emoji, Counts()) + counts.times(-row.counted)
        for community_id, back in sorted(sums.items()):
            await self._add(connection, community_id, back, datetime.now(UTC))
            await self._take_out(connection, community_id)

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
        await self._add(connection, here, summed(scaled, at), datetime.now(UTC))

    async def _today(
        self, connection: AsyncConnection, here: int, speaker: str, at: datetime
    ) -> Counter[str]:
        """How often a member spoke for or against each emoji on a day; of earlier days all goes."""
        day = at.astimezone(UTC).toordinal()
        await connection.execute(delete(taste_voice).where(taste_voice.c.day < day))
        query = select(taste_voice.c.emoji, taste_voice.c.words).where(
            _on(here, day), taste_voice.c.member == voice_of(day, here, speaker)
        )
        return Counter({row.emoji: row.words for row in await connection.execute(query)})

    async def _kept(
        self, connection: AsyncConnection, words: ColumnElement[bool], here: int, at: datetime
    ) -> dict[str, float]:
        """By emoji, how many of these words still count, the old ones less and less."""
        query = _words(prediction.c.chosen, prediction.c.offered).where(
            words, prediction.c.community_id == here, feedback.c.counted > 0
        )
        found: dict[str, float] = defaultdict(float)
        for row in await connection.execute(query):
            fade = weight(row.at) / weight(at)
            for emoji in touched(said(_word(row, row), tuple(row.chosen), {})):
                found[emoji] += fade
        return found

    async def _speak(
        self,
        connection: AsyncConnection,
        here: int,
        speaker: str,
        emojis: Collection[str],
        at: datetime,
    ) -> None:
        """Note that a member spoke of these emojis today."""
        day = at.astimezone(UTC).toordinal()
        member = voice_of(day, here, speaker)
        rows = [
            {"community_id": here, "day": day, "member": member, "emoji": emoji, "words": 1}
            for emoji in sorted(emojis)
        ]
        again = self._insert(taste_voice).on_conflict_do_update(
            index_elements=["community_id", "day", "member", "emoji"],
            set_={"words": taste_voice.c.words + 1},
        )
        await connection.execute(again, rows)

    async def _are_enough(
        self, connection: AsyncConnection, here: int, speaker: str, at: datetime
    ) -> bool:
        """Whether as many members spoke today as it takes, or all who ever did."""
        today = select(func.count(taste_voice.c.member.distinct())).where(
            _on(here, at.astimezone(UTC).toordinal())
        )
        many = (await connection.execute(today)).scalar_one()
        if many >= QUORUM:
            return True
        removal = feedback.c.kind == FeedbackKind.REMOVE.value
        who = case((removal, prediction.c.author), else_=feedback.c.actor)
        others = (
            select(who)
            .join_from(feedback, prediction)
            .where(prediction.c.community_id == here, feedback.c.counted > 0, who != speaker)
            .distinct()
            .limit(QUORUM)
        )
        ever = 1 + len((await connection.execute(others)).all())
        return many >= min(ever, QUORUM)

    async def _settle(self, connection: AsyncConnection, here: int) -> None:
        """Let all that was counted hold."""
        apart = or_(*(taste.c[n] != taste.c[s] for n, s in zip(NAMES, SETTLED, strict=True)))
        now = {s: taste.c[n] for n, s in zip(NAMES, SETTLED, strict=True)}
        await connection.execute(
            update(taste).where(taste.c.community_id == here, apart).values(now)
        )

    async def _take_out(self, connection: AsyncConnection, here: int) -> None:
        """Let nothing hold that is no longer counted; what has not settled stays so."""
        less = {
            s: case((taste.c[n] < taste.c[s], taste.c[n]), else_=taste.c[s])
            for n, s in zip(NAMES, SETTLED, strict=True)
        }
        await connection.execute(update(taste).where(taste.c.community_id == here).values(less))

    async def _add(
        self,
        connection: AsyncConnection,
        here: int,
        sums: Mapping[str, Counts],
        changed_at: datetime | None = None,
        *,
        settled: bool = False,
    ) -> None:
        """Add to the sums; ``changed_at`` where others must hear of it soon.

        With ``settled`` it holds at once, whoever speaks.
        """
        columns = (*NAMES, *SETTLED) if settled else NAMES
        names = {"community_id": here, "changed_at": changed_at or datetime.now(UTC)}
        if not sums:
            return
        # In one order, so that two writers cannot wait for each other.
        rows = [
            {**names, "emoji": emoji, **dict(zip(columns, counts.row() * 2, strict=False))}
            for emoji, counts in sorted(sums.items())
        ]
        more = self._insert(taste)
        changes: dict[str, Any] = {name: taste.c[name] + more.excluded[name] for name in columns}
        if changed_at is not None:
            changes["changed_at"] = more.excluded.changed_at
        # Rows as parameters: the statement is compiled once, not for each number of rows.
        await connection.execute(
            more.on_conflict_do_update(index_elements=["community_id", "emoji"], set_=changes), rows
        )


def voice_of(day: int, community_id: int, member: str) -> str:
    """What stands for a member of a community on a day; it links no two days."""
    return sha256(f"{day}:{community_id}:{member}".encode()).hexdigest()[:32]


def summed(counts: Mapping[str, Counts], at: datetime) -> dict[str, Counts]:
    """What counts of this moment add to the sums."""
    factor = weight(at)
    return {emoji: each.times(factor) for emoji, each in counts.items()}


def _on(here: int, day: int) -> ColumnElement[bool]:
    return and_(taste_voice.c.community_id == here, taste_voice.c.day == day)


def _by(speaker: str, *, removal: bool) -> ColumnElement[bool]:
    """Their words; removals are told apart, as it is the author who stands for who removed."""
    is_removal = feedback.c.kind == FeedbackKind.REMOVE.value
    if removal:
        return and_(is_removal, prediction.c.author == speaker)
    return and_(not_(is_removal), feedback.c.actor == speaker)


def _words(*columns: ColumnElement[Any]) -> Select[Any]:
    """Words with what they were said of."""
    word = (
        feedback.c.kind,
        feedback.c.emoji,
        feedback.c.source,
        feedback.c.given_at.label("at"),
        feedback.c.counted,
    )
    return select(*word, *columns).join_from(feedback, prediction)


ANSWER = (
    prediction.c.community_id,
    prediction.c.top,
    prediction.c.own,
    prediction.c.chosen,
    prediction.c.offered,
)
"""What words are counted by."""


def _said(answer: Row[Any], given: Feedback | Row[Any]) -> dict[str, Counts]:
    return said(_word(answer, given), tuple(answer.chosen), scores(answer))


def _unshown(answer: Row[Any], given: Feedback, strength: float) -> dict[str, Counts]:
    word = _word(answer, given)
    return summed(unshown(word, tuple(answer.chosen), scores(answer), strength), given.at)


def _word(answer: Row[Any], given: Feedback | Row[Any]) -> Word:
    picked = given.source == FeedbackSource.BUTTON and bool(answer.offered)
    return Word(FeedbackKind(given.kind), given.emoji or None, picked)


def scores(answer: Row[Any]) -> dict[str, float]:
    """The model's own of the five; those of before tastes were learnt are the shown ones."""
    own = answer.own or [score for _, score in answer.top]
    return {emoji: score for (emoji, _), score in zip(answer.top, own, strict=True)}

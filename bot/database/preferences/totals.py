"""Sums of counts: every process adds to the same ones within its own transactions."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import MessageRef
from bot.core.preferences.counts import ELSEWHERE, NAMES, Counts, Tally, weight
from bot.database.tables import community, taste
from bot.database.transaction import Session, is_community, transaction

SETTLED = tuple(f"settled_{name}" for name in NAMES)
"""What ``NAMES`` were when enough members last spoke."""


class SumStore(Session):
    """What is counted of communities, and which part of it has settled."""

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


def summed(counts: Mapping[str, Counts], at: datetime) -> dict[str, Counts]:
    """What counts of this moment add to the sums."""
    factor = weight(at)
    return {emoji: each.times(factor) for emoji, each in counts.items()}

"""Sums of counts: every process adds to the same ones within its own transactions."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import MessageRef
from bot.core.preferences.counts import (
    COUNT_NAMES,
    OUTSIDE_TOP_K,
    CommunityCounts,
    Counts,
    decay_weight,
)
from bot.database.queries import find_or_create_community, is_community
from bot.database.tables import community, preference_count
from bot.database.transaction import Database

CONFIRMED = tuple(f"confirmed_{name}" for name in COUNT_NAMES)
"""What ``NAMES`` were when enough members last spoke."""


class PreferenceTotals:
    """The sums of counts of communities, pending and confirmed."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def counts(self, ref: MessageRef, now: datetime) -> CommunityCounts:
        """What is counted, faded to ``now``."""
        columns = (preference_count.c[name] for name in (*COUNT_NAMES, *CONFIRMED))
        query = select(preference_count.c.emoji, *columns).join(community).where(is_community(ref))
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        fade, many = 1.0 / decay_weight(now), len(COUNT_NAMES)
        return CommunityCounts(
            pending={emoji: Counts(*sums[:many]).scaled(fade) for emoji, *sums in rows},
            confirmed={emoji: Counts(*sums[many:]).scaled(fade) for emoji, *sums in rows},
        )

    async def changes(self, since: datetime) -> Mapping[tuple[str, str], datetime]:
        """Platform and id of the communities where something was said since, and when."""
        query = (
            select(community.c.platform, community.c.external_id, preference_count.c.changed_at)
            .join_from(preference_count, community)
            .where(
                preference_count.c.changed_at >= since, preference_count.c.emoji == OUTSIDE_TOP_K
            )
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {(platform, name): at for platform, name, at in rows}

    async def recent_counts(self, max_communities: int, now: datetime) -> list[dict[str, Counts]]:
        """The settled counts of the communities that spoke last, faded to ``now``."""
        last = (
            select(preference_count.c.community_id)
            .where(preference_count.c.emoji == OUTSIDE_TOP_K)
            .order_by(preference_count.c.changed_at.desc())
            .limit(max_communities)
        )
        query = (
            select(
                preference_count.c.community_id,
                preference_count.c.emoji,
                *(preference_count.c[name] for name in CONFIRMED),
            )
            .where(preference_count.c.community_id.in_(last))
            .order_by(preference_count.c.community_id, preference_count.c.emoji)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        fade = 1.0 / decay_weight(now)
        found: dict[int, dict[str, Counts]] = defaultdict(dict)
        for community_id, emoji, *sums in rows:
            found[community_id][emoji] = Counts(*sums).scaled(fade)
        return list(found.values())

    async def replace_counts(
        self, ref: MessageRef, counts: Mapping[str, Counts], now: datetime
    ) -> None:
        """Put these counts, of ``now``, in the place of those that there are."""
        async with self._database.write() as connection:
            here = await find_or_create_community(self._database, connection, ref)
            await connection.execute(
                delete(preference_count).where(preference_count.c.community_id == here)
            )
            # The others hear of the change by this row.
            counts = {OUTSIDE_TOP_K: Counts(), **counts}
            await self.add(connection, here, summed(counts, now), now)
            await self.confirm(connection, here)

    async def confirm(self, connection: AsyncConnection, here: int) -> None:
        """Let all that was counted hold."""
        apart = or_(
            *(
                preference_count.c[n] != preference_count.c[s]
                for n, s in zip(COUNT_NAMES, CONFIRMED, strict=True)
            )
        )
        now = {s: preference_count.c[n] for n, s in zip(COUNT_NAMES, CONFIRMED, strict=True)}
        await connection.execute(
            update(preference_count)
            .where(preference_count.c.community_id == here, apart)
            .values(now)
        )

    async def cap_confirmed(self, connection: AsyncConnection, here: int) -> None:
        """Let nothing hold that is no longer counted; what has not settled stays so."""
        less = {
            s: case(
                (preference_count.c[n] < preference_count.c[s], preference_count.c[n]),
                else_=preference_count.c[s],
            )
            for n, s in zip(COUNT_NAMES, CONFIRMED, strict=True)
        }
        await connection.execute(
            update(preference_count).where(preference_count.c.community_id == here).values(less)
        )

    async def add(
        self,
        connection: AsyncConnection,
        here: int,
        sums: Mapping[str, Counts],
        changed_at: datetime | None = None,
        *,
        confirmed: bool = False,
    ) -> None:
        """Add to the sums; ``changed_at`` where others must hear of it soon.

        With ``confirmed`` it holds at once, whoever speaks.
        """
        columns = (*COUNT_NAMES, *CONFIRMED) if confirmed else COUNT_NAMES
        names = {"community_id": here, "changed_at": changed_at or datetime.now(UTC)}
        if not sums:
            return
        # In one order, so that two writers cannot wait for each other.
        rows = [
            {**names, "emoji": emoji, **dict(zip(columns, counts.as_tuple() * 2, strict=False))}
            for emoji, counts in sorted(sums.items())
        ]
        more = self._database.insert(preference_count)
        changes: dict[str, Any] = {
            name: preference_count.c[name] + more.excluded[name] for name in columns
        }
        if changed_at is not None:
            changes["changed_at"] = more.excluded.changed_at
        # Rows as parameters: the statement is compiled once, not for each number of rows.
        await connection.execute(
            more.on_conflict_do_update(index_elements=["community_id", "emoji"], set_=changes), rows
        )


def summed(counts: Mapping[str, Counts], at: datetime) -> dict[str, Counts]:
    """What counts of this moment add to the sums."""
    factor = decay_weight(at)
    return {emoji: each.scaled(factor) for emoji, each in counts.items()}

"""Sums of counts by community and emoji, to which all processes add in their transactions."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.events import MemberKey, MessageRef
from bot.core.preferences.counts import (
    COUNT_NAMES,
    OUTSIDE_TOP_K,
    CommunityCounts,
    Counts,
    decay_weight,
)
from bot.database.preferences.personal import member_counts
from bot.database.preferences.prediction_counts import as_sums
from bot.database.queries import find_or_create_community, is_community
from bot.database.tables import community, preference_count
from bot.database.transaction import Database

CONFIRMED_NAMES = tuple(f"confirmed_{name}" for name in COUNT_NAMES)
"""Columns of the confirmed counts, in the order of ``COUNT_NAMES``."""
_COLUMN_PAIRS = tuple(
    (preference_count.c[name], preference_count.c[confirmed_name])
    for name, confirmed_name in zip(COUNT_NAMES, CONFIRMED_NAMES, strict=True)
)


class PreferenceTotals:
    """The sums of counts of communities, pending and confirmed."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def counts(self, ref: MessageRef, now: datetime) -> CommunityCounts:
        """Return the counts of the message's community, decayed to ``now``."""
        columns = (preference_count.c[name] for name in (*COUNT_NAMES, *CONFIRMED_NAMES))
        query = select(preference_count.c.emoji, *columns).join(community).where(is_community(ref))
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        decay, size = 1.0 / decay_weight(now), len(COUNT_NAMES)
        return CommunityCounts(
            pending={emoji: Counts(*sums[:size]).scaled(decay) for emoji, *sums in rows},
            confirmed={emoji: Counts(*sums[size:]).scaled(decay) for emoji, *sums in rows},
        )

    async def member_counts(
        self, ref: MessageRef, member: MemberKey, now: datetime
    ) -> Mapping[str, Counts]:
        """Return what a member's own rows in the community count for, decayed to ``now``."""
        here = select(community.c.id).where(is_community(ref)).scalar_subquery()
        async with self._database.read() as connection:
            return await member_counts(connection, here, member, now)

    async def changes(self, since: datetime) -> Mapping[tuple[str, str], datetime]:
        """Return when the counts of communities, by platform and id, last changed since then."""
        query = (
            select(community.c.platform, community.c.external_id, preference_count.c.changed_at)
            .join_from(preference_count, community)
            .where(
                preference_count.c.changed_at >= since, preference_count.c.emoji == OUTSIDE_TOP_K
            )
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {(platform, external_id): at for platform, external_id, at in rows}

    async def recent_counts(self, max_communities: int, now: datetime) -> list[dict[str, Counts]]:
        """Return the confirmed counts of the communities with the latest votes."""
        recent = (
            select(preference_count.c.community_id)
            .where(preference_count.c.emoji == OUTSIDE_TOP_K)
            .order_by(preference_count.c.changed_at.desc())
            .limit(max_communities)
        )
        query = (
            select(
                preference_count.c.community_id,
                preference_count.c.emoji,
                *(preference_count.c[name] for name in CONFIRMED_NAMES),
            )
            .where(preference_count.c.community_id.in_(recent))
            .order_by(preference_count.c.community_id, preference_count.c.emoji)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        decay = 1.0 / decay_weight(now)
        counts: dict[int, dict[str, Counts]] = defaultdict(dict)
        for community_id, emoji, *sums in rows:
            counts[community_id][emoji] = Counts(*sums).scaled(decay)
        return list(counts.values())

    async def replace_counts(
        self, ref: MessageRef, counts: Mapping[str, Counts], now: datetime
    ) -> None:
        """Replace the counts of the message's community by these, which are decayed to ``now``."""
        async with self._database.write() as connection:
            community_id = await find_or_create_community(self._database, connection, ref)
            await connection.execute(
                delete(preference_count).where(preference_count.c.community_id == community_id)
            )
            # Other processes hear of the change by the row of OUTSIDE_TOP_K.
            sums = as_sums({OUTSIDE_TOP_K: Counts(), **counts}, now)
            await self.add(connection, community_id, sums, now)
            await self.confirm(connection, community_id)

    async def confirm(self, connection: AsyncConnection, community_id: int) -> None:
        """Confirm all pending counts of a community."""
        is_pending = or_(*(count != confirmed for count, confirmed in _COLUMN_PAIRS))
        await connection.execute(
            update(preference_count)
            .where(preference_count.c.community_id == community_id, is_pending)
            .values({confirmed: count for count, confirmed in _COLUMN_PAIRS})
        )

    async def cap_confirmed(self, connection: AsyncConnection, community_id: int) -> None:
        """Lower confirmed counts to the counts that are left; pending ones stay pending."""
        await connection.execute(
            update(preference_count)
            .where(preference_count.c.community_id == community_id)
            .values(
                {
                    confirmed: case((count < confirmed, count), else_=confirmed)
                    for count, confirmed in _COLUMN_PAIRS
                }
            )
        )

    async def add(
        self,
        connection: AsyncConnection,
        community_id: int,
        sums: Mapping[str, Counts],
        changed_at: datetime | None = None,
        *,
        confirmed: bool = False,
    ) -> None:
        """Add to the sums of a community.

        With ``changed_at`` other processes hear of it within seconds. With ``confirmed`` no quorum
        is needed.
        """
        if not sums:
            return
        names = (*COUNT_NAMES, *CONFIRMED_NAMES) if confirmed else COUNT_NAMES
        key = {"community_id": community_id, "changed_at": changed_at or datetime.now(UTC)}
        # Sorted, so that two writers lock rows in the same order and cannot deadlock.
        rows = [
            {**key, "emoji": emoji, **dict(zip(names, counts.as_tuple() * 2, strict=False))}
            for emoji, counts in sorted(sums.items())
        ]
        insert = self._database.insert(preference_count)
        changes: dict[str, Any] = {
            name: preference_count.c[name] + insert.excluded[name] for name in names
        }
        if changed_at is not None:
            changes["changed_at"] = insert.excluded.changed_at
        # Rows as parameters: the statement is compiled once, not for each number of rows.
        await connection.execute(
            insert.on_conflict_do_update(index_elements=["community_id", "emoji"], set_=changes),
            rows,
        )

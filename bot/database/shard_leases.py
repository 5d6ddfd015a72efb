"""Leases by which processes share out the shards of a bot, by the clock of the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, and_, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.tables import shard_lease
from bot.database.transaction import Database

NOBODY = ""
_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class GatewaySession:
    """The point from which on the events of a shard are taken up."""

    id: str
    url: str
    """The address at which the session is resumed."""
    sequence: int
    """The number of the last event that was handled, with all before it."""


@dataclass(frozen=True, slots=True)
class ShardLease:
    """A leased shard, with the session that its former holder left."""

    shard: int
    session: GatewaySession | None


@dataclass(frozen=True, slots=True)
class Leaseholder:
    """A process, and the shards of which it leases some."""

    bot: str
    shard_count: int
    holder: str
    """A name that no other process has."""
    duration: timedelta
    """Time for which a lease holds if it is not renewed."""

    @property
    def is_group(self) -> ColumnElement[bool]:
        """The condition for the rows of these shards."""
        columns = shard_lease.c
        return and_(columns.bot == self.bot, columns.shard_count == self.shard_count)

    @property
    def is_held(self) -> ColumnElement[bool]:
        """The condition for the rows that this process holds."""
        return and_(self.is_group, shard_lease.c.holder == self.holder)


class ShardLeaseStore:
    """The leases of all bots. An expired lease stays with its holder until another takes it."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    async def acquire(
        self, who: Leaseholder, concurrency: int, pause: timedelta
    ) -> ShardLease | None:
        """Lease a free shard; None if there is none, or if it is too early to start a session.

        Of the shards with the same remainder by ``concurrency`` one may start within ``pause``.
        """
        async with self._database.write() as connection:
            now = await _now(connection)
            rows = await self._locked_rows(connection, who)
            starting = {
                row["shard"] % concurrency for row in rows if row["acquired_at"] > now - pause
            }
            for row in rows:
                if row["expires_at"] <= now and row["shard"] % concurrency not in starting:
                    await self._assign(connection, who, row["shard"], now)
                    return ShardLease(row["shard"], _session(row["session"]))
        return None

    async def renew(
        self, who: Leaseholder, sessions: Mapping[int, GatewaySession]
    ) -> frozenset[int]:
        """Extend the leases of a process; return its shards. Sessions are stored by shard."""
        async with self._database.write() as connection:
            await _store_sessions(connection, who, sessions)
            expires_at = await _now(connection) + who.duration
            renewal = update(shard_lease).where(who.is_held).values(expires_at=expires_at)
            renewed = await connection.execute(renewal.returning(shard_lease.c.shard))
            return frozenset(renewed.scalars())

    async def release(
        self, who: Leaseholder, sessions: Mapping[int, GatewaySession], shards: Iterable[int]
    ) -> None:
        """Give shards back, with the sessions from which another process goes on."""
        is_released = and_(who.is_held, shard_lease.c.shard.in_(list(shards)))
        freed = {"holder": NOBODY, "expires_at": _NEVER}
        async with self._database.write() as connection:
            await _store_sessions(connection, who, sessions)
            await connection.execute(update(shard_lease).where(is_released).values(freed))

    async def purge(self, before: datetime) -> None:
        """Delete the leases that were acquired before ``before`` and given up since."""
        is_old = and_(shard_lease.c.acquired_at < before, shard_lease.c.expires_at < before)
        async with self._database.write() as connection:
            await connection.execute(delete(shard_lease).where(is_old))

    async def _locked_rows(
        self, connection: AsyncConnection, who: Leaseholder
    ) -> Sequence[RowMapping]:
        """Return the rows of all shards, locked against changes by other processes."""
        query = select(shard_lease).where(who.is_group).order_by(shard_lease.c.shard)
        rows = (await connection.execute(query.with_for_update())).mappings().all()
        if len(rows) < who.shard_count:
            key = {"bot": who.bot, "shard_count": who.shard_count}
            free = {"holder": NOBODY, "acquired_at": _NEVER, "expires_at": _NEVER}
            missing = set(range(who.shard_count)) - {row["shard"] for row in rows}
            values = [{**key, **free, "shard": shard} for shard in sorted(missing)]
            insert = self._database.insert(shard_lease).on_conflict_do_nothing()
            await connection.execute(insert, values)
            rows = (await connection.execute(query.with_for_update())).mappings().all()
        return rows

    async def _assign(
        self, connection: AsyncConnection, who: Leaseholder, shard: int, now: datetime
    ) -> None:
        values = {"holder": who.holder, "acquired_at": now, "expires_at": now + who.duration}
        is_shard = and_(who.is_group, shard_lease.c.shard == shard)
        await connection.execute(update(shard_lease).where(is_shard).values(values))


async def _now(connection: AsyncConnection) -> datetime:
    """Return the time by a clock that all processes share."""
    if connection.dialect.name == "sqlite":  # all on one machine
        return datetime.now(UTC)
    now: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def _store_sessions(
    connection: AsyncConnection, who: Leaseholder, sessions: Mapping[int, GatewaySession]
) -> None:
    if sessions:
        is_shard = and_(who.is_held, shard_lease.c.shard == bindparam("of_shard"))
        values = [{"of_shard": n, "session": asdict(each)} for n, each in sessions.items()]
        await connection.execute(update(shard_lease).where(is_shard), values)


def _session(stored: Mapping[str, object] | None) -> GatewaySession | None:
    if stored is None:
        return None
    return GatewaySession(str(stored["id"]), str(stored["url"]), int(str(stored["sequence"])))

"""The shards that this process runs, as many as it may have of those that no other one has."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.adapters.discord.gateway_sessions import LeasedShard
from bot.core.connection import Connection
from bot.core.errors import StoreFailed
from bot.database.shard_leases import GatewaySession, Leaseholder, ShardLeaseStore
from bot.log import describe

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""Time after which the shards of a silent process are free."""
ROUND_SECONDS = 2.0
IDENTIFY_PAUSE = timedelta(seconds=5)
"""Discord takes one identification in this time, or one for each remainder of shards."""

RunShard = Callable[[LeasedShard], Awaitable[None]]
"""Runs a shard until cancelled."""


@dataclass(frozen=True, slots=True)
class ShardLimits:
    """Numbers of shards."""

    max_shards: int
    """The most that this process runs."""
    concurrency: int
    """Shards that may identify at once."""


class LeasedShards:
    """Leases shards, renews the leases, and runs each shard for as long as it is leased."""

    def __init__(
        self,
        store: ShardLeaseStore,
        who: Leaseholder,
        limits: ShardLimits,
        run_shard: RunShard,
        connection: Connection,
    ) -> None:
        """Report to ``connection`` that the leases can be renewed."""
        self._store = store
        self._who = who
        self._limits = limits
        self._run_shard = run_shard
        self._connection = connection
        self._shards: dict[int, LeasedShard] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._stored: dict[int, GatewaySession] = {}

    async def run(self) -> None:
        """Run shards until cancelled, then give them back.

        Raises:
            EmojiReactorError: Discord refuses this bot for good.
        """
        try:
            while True:
                await self._renew_and_acquire()
                await self._wait()
        finally:
            await self._give_back()

    async def _renew_and_acquire(self) -> None:
        try:
            sessions = self._changed_sessions()
            held = await self._store.renew(self._who, sessions)
            self._stored |= sessions
            await self._end(self._tasks.keys() - held)
            while len(self._tasks) < self._limits.max_shards and await self._acquire():
                pass
        except StoreFailed as error:
            logger.warning("the leases of shards were not renewed: %s", describe(error))
        else:
            self._connection.heard()

    async def _acquire(self) -> bool:
        lease = await self._store.acquire(self._who, self._limits.concurrency, IDENTIFY_PAUSE)
        if lease is None:
            return False
        logger.info("this process runs shard %d of %d", lease.shard, self._who.shard_count)
        shard = self._shards[lease.shard] = LeasedShard(lease.shard, lease.session)
        self._tasks[lease.shard] = asyncio.ensure_future(self._run_shard(shard))
        return True

    async def _wait(self) -> None:
        """Wait for the next round, or until a shard ends for good."""
        if not self._tasks:
            await asyncio.sleep(ROUND_SECONDS)
            return
        tasks = self._tasks.values()
        done, _ = await asyncio.wait(
            tasks, timeout=ROUND_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()

    async def _end(self, lost: Iterable[int]) -> None:
        """Stop shards that another process has now."""
        for number in list(lost):
            logger.warning("another process runs shard %d now", number)
            task = self._tasks.pop(number)
            task.cancel()
            await asyncio.wait([task])
            self._shards.pop(number)
            self._stored.pop(number, None)

    async def _give_back(self) -> None:
        if not self._tasks:
            return
        for task in self._tasks.values():
            task.cancel()
        await asyncio.wait(self._tasks.values())
        try:
            await self._store.release(self._who, self._changed_sessions(), self._tasks)
        except StoreFailed as error:
            logger.warning("the leases of shards were not given back: %s", describe(error))

    def _changed_sessions(self) -> dict[int, GatewaySession]:
        return {
            number: shard.session
            for number, shard in self._shards.items()
            if shard.session is not None and shard.session != self._stored.get(number)
        }

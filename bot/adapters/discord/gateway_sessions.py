"""Gateway sessions that one process leaves and another one takes up: no event is lost between."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

import discord
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.adapters.discord.client import Client
from bot.database.shard_leases import GatewaySession
from bot.log import describe

logger = logging.getLogger(__name__)

NOTE_INTERVAL_SECONDS = 1.0
SETTLE_SECONDS = 5.0
"""Time that events in progress get before a session is left."""
REPLAY_SECONDS = 60.0
OVERLAP_SECONDS = 2.0
"""Time for which a resumed session is read on."""
MAX_REPLAYS = 3


@dataclass(slots=True)
class LeasedShard:
    """A shard of this process, and the session up to which its events are handled."""

    number: int
    session: GatewaySession | None


class SessionKeeper:
    """Notes what is handled of a client's session, after the rest of the former session is.

    The new client identifies, since only then Discord sends the servers. Events that both sessions
    have come twice, which changes nothing.
    """

    def __init__(self, client: Client, shard: LeasedShard) -> None:
        """Keep ``shard.session`` up to date."""
        self._client = client
        self._shard = shard
        self._caught_up = False

    async def run(self) -> None:
        """Note the session until cancelled."""
        await self._client.wait_until_ready()
        if self._shard.session is not None:
            await self._catch_up(self._shard.session)
        self._caught_up = True
        while True:
            await self._note()
            await asyncio.sleep(NOTE_INTERVAL_SECONDS)

    async def leave(self) -> None:
        """Close the connection so that the session can be resumed from what is handled."""
        if self._caught_up:
            with suppress(TimeoutError):
                async with asyncio.timeout(SETTLE_SECONDS):
                    await self._note()
        socket = self._client.socket(self._shard.number)
        if socket is not None:
            await socket.close()  # with 1000, as the library does at the end, Discord ends it

    async def _note(self) -> None:
        socket = self._client.socket(self._shard.number)
        if socket is None or socket.session_id is None or socket.sequence is None:
            return
        session = GatewaySession(socket.session_id, str(socket.gateway), socket.sequence)
        await self._client.settle()
        self._shard.session = session

    async def _catch_up(self, session: GatewaySession) -> None:
        with self._client.replaying():
            for _ in range(MAX_REPLAYS):
                try:
                    async with asyncio.timeout(REPLAY_SECONDS):
                        await _replay(self._client, self._shard.number, session)
                    logger.info("shard %d: the former session is caught up", self._shard.number)
                    return
                except (ReconnectWebSocket, discord.ConnectionClosed):
                    cause = "Discord has ended it"
                    break
                except Exception as error:  # its text may quote a message
                    cause = describe(error)
        logger.warning(
            "shard %d: the former session cannot be resumed (%s); what happened since is lost",
            self._shard.number,
            cause,
        )


async def _replay(client: Client, shard: int, session: GatewaySession) -> None:
    """Pass the events of a session after the last handled one to the client.

    Raises:
        ReconnectWebSocket, discord.ConnectionClosed: Discord does not resume it.
    """
    socket = await DiscordWebSocket.from_client(
        client,
        gateway=yarl.URL(session.url),
        shard_id=shard,
        session=session.id,
        sequence=session.sequence,
        resume=True,
    )
    try:
        resumed = socket.wait_for("RESUMED", lambda _: True)
        while not resumed.done():
            await socket.poll_event()
        # Of a session that is resumed a second time, that event may be the former one.
        with suppress(TimeoutError):
            async with asyncio.timeout(OVERLAP_SECONDS):
                while True:
                    await socket.poll_event()
    finally:
        await socket.close()

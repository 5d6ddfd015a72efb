"""The connection to Discord."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import uuid4

import discord
from discord.backoff import ExponentialBackoff

from bot.adapters.discord.client import MAX_DELAY_SECONDS, Client, Shards
from bot.adapters.discord.context import AdapterContext
from bot.adapters.discord.endpoints import DEVELOPER_PORTAL, configure, requests_client
from bot.adapters.discord.errors import TOKEN_REFUSED
from bot.adapters.discord.events import NAME
from bot.adapters.discord.gateway_sessions import LeasedShard, SessionKeeper
from bot.adapters.discord.leased_shards import LEASE, LeasedShards, ShardLimits
from bot.core.errors import EmojiReactorError
from bot.database.shard_leases import Leaseholder
from bot.log import describe

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
_INTENTS_REFUSED = "Discord refuses this bot even the intents that need no approval (4014)"
# Close codes after which the same attempt cannot succeed; 4004 is a refused token.
_FATAL_CODES = {4004: TOKEN_REFUSED} | {
    code: f"Discord closed the gateway with {code}, which another attempt cannot repair"
    for code in (4010, 4011, 4012, 4013)
}


class DiscordAdapter:
    """Adapter of Discord: runs clients, and starts another one when a connection is lost."""

    name = NAME

    def __init__(self, context: AdapterContext, token: str) -> None:
        self._context = context
        self._settings = context.settings
        self._token = token
        self._message_content = True

    async def run(self) -> None:
        """Answer until cancelled, then finish what was accepted.

        Raises:
            EmojiReactorError: Discord refuses this bot for good.
        """
        configure(self._settings)
        leases = self._settings.max_shards is not None
        await self._keep_connected(self._run_leased if leases else self._run_all)

    async def _keep_connected(self, connect: Callable[[], Awaitable[None]]) -> None:
        """Connect, again with backoff whenever the connection is lost.

        Raises:
            EmojiReactorError: Discord refuses this bot for good.
        """
        backoff = ExponentialBackoff[bool]()
        while True:
            content = self._message_content
            try:
                await connect()
                cause = "closed"
            except discord.PrivilegedIntentsRequired:
                self._continue_without_content(requested=content)
                continue
            except discord.LoginFailure:
                raise EmojiReactorError(TOKEN_REFUSED) from None
            except discord.ConnectionClosed as error:
                if error.code in _FATAL_CODES:
                    raise EmojiReactorError(_FATAL_CODES[error.code]) from None
                cause = f"close code {error.code}"
            except EmojiReactorError:
                raise
            except Exception as error:
                # A malformed event must not end the process, nor may its text be logged.
                cause = describe(error)
            delay = min(backoff.delay(), MAX_DELAY_SECONDS)
            logger.warning("no connection to Discord (%s); next try in %.1f s", cause, delay)
            await asyncio.sleep(delay)

    async def _run_all(self) -> None:
        """Run one client with the configured shards."""
        settings = self._settings
        client = self._client(Shards(settings.shard_ids, settings.shard_count))
        async with client:
            try:
                with self._context.connection.sampled(client.sample):
                    await client.start(self._token)
            finally:
                self._context.connection.lost()
                await client.drain(DRAIN_SECONDS)

    async def _run_leased(self) -> None:
        """Run a client for each shard that this process leases."""
        context, count = self._context, self._settings.shard_count or 1
        bot = context.pseudonyms.key("discord shards", self._token.partition(".")[0])
        await LeasedShards(
            context.store.shard_leases,
            Leaseholder(bot, count, uuid4().hex, LEASE),
            ShardLimits(self._settings.max_shards or count, await self._fetch_concurrency()),
            lambda shard: self._keep_connected(partial(self._run_shard, shard)),
            context.connection,
        ).run()

    async def _run_shard(self, shard: LeasedShard) -> None:
        connection = self._context.connection
        client = self._client(Shards([shard.number], self._settings.shard_count))
        keeper = SessionKeeper(client, shard)
        async with client:
            keeping = asyncio.create_task(keeper.run())
            try:
                with connection.sampled(client.sample):
                    await client.start(self._token)
            finally:
                connection.forget(str(shard.number))
                keeping.cancel()
                await asyncio.wait([keeping])
                await keeper.leave()
                await client.drain(DRAIN_SECONDS)

    async def _fetch_concurrency(self) -> int:
        """Return how many shards may identify at once; the token is checked meanwhile."""
        async with requests_client(self._settings, self._context.proxy) as client:
            await client.login(self._token)
            return (await client.fetch_session_start_limits()).max_concurrency

    def _client(self, shards: Shards) -> Client:
        return Client(self._context, message_content=self._message_content, shards=shards)

    def _continue_without_content(self, *, requested: bool) -> None:
        if not requested:
            # Asking without a pause would use up the day's identifications.
            raise EmojiReactorError(_INTENTS_REFUSED)
        if not self._message_content:
            return  # another shard was refused before
        self._message_content = False
        logger.warning(
            "Discord does not let this bot read messages: switch on %s > Bot > Message Content"
            " Intent and restart; until then only mentions and private messages are answered",
            DEVELOPER_PORTAL,
        )

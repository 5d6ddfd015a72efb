"""The gateway client, with minimal intents, which passes events to an inbox."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypedDict

import aiohttp
import discord
import yarl
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket

from bot.adapters.discord import permissions
from bot.adapters.discord.application_emojis import keep_current
from bot.adapters.discord.buttons import PredictionButton, WithdrawButton
from bot.adapters.discord.commands.menu import Translator, build_tree
from bot.adapters.discord.context import AdapterContext
from bot.adapters.discord.endpoints import proxy_options
from bot.adapters.discord.event_guard import EventGuard
from bot.adapters.discord.events import event_ref, ref
from bot.adapters.discord.heartbeats import HeartbeatWatch
from bot.adapters.discord.inbox import Inbox
from bot.adapters.discord.prompts import ChoiceButton
from bot.adapters.discord.responder import TIMEOUT_SECONDS, Responder
from bot.adapters.discord.suspension import Suspensions
from bot.log import describe

logger = logging.getLogger(__name__)

# The library warns about packages that only voice needs.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False

MAX_DELAY_SECONDS = 60.0


def intents(*, message_content: bool) -> discord.Intents:
    """Return the minimal intents; without content only mentions and private chats remain."""
    return discord.Intents(
        guilds=True,
        emojis_and_stickers=True,  # custom emojis change
        guild_messages=True,
        dm_messages=True,
        guild_reactions=True,
        dm_reactions=True,
        message_content=message_content,
    )


class _ShardOptions(TypedDict, total=False):
    shard_ids: list[int]
    shard_count: int


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards that a client runs."""

    ids: Sequence[int] = ()
    """Their numbers; empty for all."""
    count: int | None = None
    """The number of all shards; None for Discord's recommendation."""

    def options(self) -> _ShardOptions:
        """Return the arguments of a client."""
        given = _ShardOptions()
        if self.ids:
            given["shard_ids"] = list(self.ids)
        if self.count is not None:
            given["shard_count"] = self.count
        return given


class Client(discord.AutoShardedClient):
    """One session of the bot."""

    def __init__(
        self, context: AdapterContext, *, message_content: bool, shards: Shards | None = None
    ) -> None:
        """Keep no messages or members in memory: reactions are found by their ids."""
        settings = context.settings
        super().__init__(
            intents=intents(message_content=message_content),
            **(shards or Shards()).options(),
            **proxy_options(settings, context.proxy),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=TIMEOUT_SECONDS,
            http_trace=context.request_guard.trace(),
        )
        self.context = context
        self._gateway = yarl.URL(settings.gateway_url) if settings.gateway_url else None
        self._suspensions = Suspensions()
        self._inbox = Inbox(context, Responder(self, context), self._suspensions)
        self._event_guard = EventGuard()
        self._event_guard.install(self._connection.parsers)
        self.tree = build_tree(self)
        self._tasks: list[asyncio.Task[None]] = []
        self._heartbeats = HeartbeatWatch(context.connection)

    async def setup_hook(self) -> None:
        """Handle the buttons of all earlier messages, and register the commands."""
        self.add_dynamic_items(PredictionButton, WithdrawButton, ChoiceButton)
        await self.tree.set_translator(Translator())
        if 0 in (self.shard_ids or [0]) and not self.context.commands_registered.is_set():
            self._tasks.append(asyncio.create_task(self._register()))
        current = keep_current(
            self, self.context.store.application_emojis, self.context.application_emojis
        )
        self._tasks.append(asyncio.create_task(current))

    async def _register(self) -> None:
        """Register the commands; those registered before work meanwhile."""
        try:
            await self.tree.sync()
        except Exception as error:
            logger.warning("the commands could not be registered: %s", describe(error))
        else:
            self.context.commands_registered.set()

    async def close(self) -> None:
        """Close the connection."""
        for task in self._tasks:
            task.cancel()
        await super().close()

    def sample(self) -> None:
        """Look for signs of life of the shards."""
        self._heartbeats.sample(self)

    def socket(self, shard: int) -> DiscordWebSocket | None:
        """Return the connection of a shard; None before it is launched."""
        try:
            return self._get_websocket(shard_id=shard)
        except KeyError:
            return None

    async def settle(self) -> None:
        """Wait until all events that were received so far are handled."""
        await asyncio.sleep(0)  # the library calls the handlers in the loop's next round
        await self._inbox.settle()

    @contextmanager
    def replaying(self) -> Iterator[None]:
        """Take into account that messages may have been written a while ago."""
        self._inbox.replaying = True
        try:
            yield
        finally:
            self._inbox.replaying = False

    async def drain(self, seconds: float) -> None:
        """Accept no more events, and finish those accepted."""
        await self._inbox.drain(seconds)

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """Launch once the gateway answers; discord.py's own retry recurses without bound."""
        gateway = self._gateway or gateway
        backoff = ExponentialBackoff[bool]()
        while not await self._answers(gateway):
            delay = min(backoff.delay(), MAX_DELAY_SECONDS)
            logger.warning("the Discord gateway does not answer; next try in %.1f s", delay)
            await asyncio.sleep(delay)
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def _answers(self, gateway: yarl.URL) -> bool:
        try:
            socket = await self.http.ws_connect(str(gateway))
        except (OSError, aiohttp.ClientError, TimeoutError):
            return False
        await socket.close()
        return True

    async def on_ready(self) -> None:
        """Log that the bot is connected."""
        logger.info("Discord is connected; %d servers", len(self.guilds))
        permissions.report_missing(self.application_id, self.guilds)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Count the heartbeats of a shard with a new session."""
        self._heartbeats.opened(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Count the heartbeats of a shard with a resumed session."""
        self._heartbeats.opened(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Report a shard that lost its connection."""
        self._heartbeats.closed(shard_id)

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """Log the event's name only; a traceback could quote message text."""
        logger.error("Discord: %s was not handled", event_method)

    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Try suspended channels again, as the bot may have the role."""
        self._suspensions.on_permissions_changed(after.guild.id)

    async def on_guild_channel_update(
        self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Try suspended channels again, as overwrites may have changed."""
        self._suspensions.on_permissions_changed(after.guild.id)

    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """Try suspended channels again after the bot's roles or its timeout changed."""
        if self.user and after.id == self.user.id:
            self._suspensions.on_permissions_changed(after.guild.id)

    async def on_message(self, message: discord.Message) -> None:
        """Handle a new message; edits are not handled."""
        if self.user:
            self._inbox.message(message, self.user)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Handle an added reaction."""
        if self.user:
            self._inbox.reaction(event, self.user, self.get_guild(event.guild_id or 0))

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Handle a removed reaction, the bot's own included."""
        if self.user:
            self._inbox.reaction(event, self.user, self.get_guild(event.guild_id or 0))

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        """Handle the removal of all reactions."""
        if self.user:
            self._inbox.cleared(event_ref(event), None, self.user)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        """Handle the removal of all reactions with one emoji."""
        if self.user:
            self._inbox.cleared(event_ref(event), event.emoji, self.user)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Handle a deleted message."""
        if self.user:
            self._inbox.deleted(event_ref(event), self.user)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Handle messages deleted in bulk."""
        if self.user:
            for message in event.message_ids:
                place = ref(event.guild_id, event.channel_id, message)
                self._inbox.deleted(place, self.user)

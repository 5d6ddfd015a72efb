"""The gateway client: asks Discord for the least, and passes what it hears to an inbox."""

import asyncio
import logging

import aiohttp
import discord
import yarl
from discord.backoff import ExponentialBackoff

from bot.adapters.discord.inbox import Inbox
from bot.adapters.discord.translate import ref

logger = logging.getLogger(__name__)

# The library warns of what only voice needs.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False

LONGEST_DELAY = 60.0
RATE_LIMIT_PATIENCE = 30.0
"""Seconds, the least that discord.py takes: a later reaction is worse than none."""


def intents(*, message_content: bool) -> discord.Intents:
    """The least that works; without the message content, mentions and private chats remain."""
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        dm_messages=True,
        guild_reactions=True,
        dm_reactions=True,
        message_content=message_content,
    )


class Client(discord.AutoShardedClient):
    """One login; reactions go out through ``DiscordAdapter``."""

    def __init__(self, inbox: Inbox, *, message_content: bool, gateway: str | None = None) -> None:
        """Keep no message or member in memory: reactions are looked up by their ids.

        ``gateway`` takes the place of the one that the API names.
        """
        super().__init__(
            intents=intents(message_content=message_content),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=RATE_LIMIT_PATIENCE,
        )
        self._inbox = inbox
        self._gateway = yarl.URL(gateway) if gateway else None

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """Launch once the gateway answers; discord.py's own retry recurses without an end."""
        gateway = self._gateway or gateway
        backoff = ExponentialBackoff[bool]()
        while not await self._answers(gateway):
            delay = min(backoff.delay(), LONGEST_DELAY)
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
        """Say so: the operator waits for this line."""
        logger.info("Discord is connected; %d servers", len(self.guilds))

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """Name the event only; a traceback could quote what somebody wrote."""
        logger.error("Discord: %s was not handled", event_method)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote; an edit does not come here."""
        if self.user:
            self._inbox.message(message, self.user)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody reacted."""
        if self.user:
            self._inbox.reaction(event, self.user)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody took a reaction back, or the bot's own away."""
        if self.user:
            self._inbox.reaction(event, self.user)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        """A moderator took all reactions away."""
        if self.user:
            place = ref(event.guild_id, event.channel_id, event.message_id)
            self._inbox.cleared(place, None, self.user)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        """A moderator took all reactions with one emoji away."""
        if self.user:
            place = ref(event.guild_id, event.channel_id, event.message_id)
            self._inbox.cleared(place, event.emoji, self.user)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """A message is gone."""
        self._inbox.deleted(ref(event.guild_id, event.channel_id, event.message_id))

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages are gone."""
        for message in event.message_ids:
            self._inbox.deleted(ref(event.guild_id, event.channel_id, message))

"""The connection to Discord."""

import asyncio
import logging

import discord
from discord.backoff import ExponentialBackoff

from bot.adapters.discord.client import MAX_DELAY_SECONDS, Client
from bot.adapters.discord.context import AdapterContext
from bot.adapters.discord.endpoints import DEVELOPER_PORTAL, configure
from bot.adapters.discord.events import NAME
from bot.core.errors import EmojiReactorError
from bot.log import describe

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
_TOKEN_REFUSED = (
    f"Discord refused the token; copy the current one from {DEVELOPER_PORTAL} > Bot > Token"
)
_INTENTS_REFUSED = "Discord refuses this bot even the intents that need no approval (4014)"
# Close codes after which the same attempt cannot succeed; 4004 is a refused token.
_FATAL_CODES = {4004: _TOKEN_REFUSED} | {
    code: f"Discord closed the gateway with {code}, which another attempt cannot repair"
    for code in (4010, 4011, 4012, 4013)
}


class DiscordAdapter:
    """Adapter of Discord: runs a client, and starts another one when the connection is lost."""

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
        self._context.connection.begin()
        backoff = ExponentialBackoff[bool]()
        while True:
            try:
                await self._connect()
                cause = "closed"
            except discord.PrivilegedIntentsRequired:
                self._continue_without_content()
                continue
            except discord.LoginFailure:
                raise EmojiReactorError(_TOKEN_REFUSED) from None
            except discord.ConnectionClosed as error:
                if error.code in _FATAL_CODES:
                    raise EmojiReactorError(_FATAL_CODES[error.code]) from None
                cause = f"close code {error.code}"
            except Exception as error:
                # A malformed event must not end the process, nor may its text be logged.
                cause = describe(error)
            delay = min(backoff.delay(), MAX_DELAY_SECONDS)
            logger.warning("no connection to Discord (%s); next try in %.1f s", cause, delay)
            await asyncio.sleep(delay)

    async def _connect(self) -> None:
        client = Client(self._context, message_content=self._message_content)
        async with client:
            try:
                await client.start(self._token)
            finally:
                self._context.connection.lost()
                await client.drain(DRAIN_SECONDS)

    def _continue_without_content(self) -> None:
        if not self._message_content:
            # Asking without a pause would use up the day's identifications.
            raise EmojiReactorError(_INTENTS_REFUSED)
        self._message_content = False
        logger.warning(
            "Discord does not let this bot read messages: switch on %s > Bot > Message Content"
            " Intent and restart; until then only mentions and private messages are answered",
            DEVELOPER_PORTAL,
        )

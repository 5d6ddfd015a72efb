"""Keeps a connection to Discord, and reacts through it."""

import asyncio
import logging
from collections.abc import Sequence

import discord
import yarl
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters.discord import translate
from bot.adapters.discord.client import LONGEST_DELAY, RATE_LIMIT_PATIENCE, Client
from bot.adapters.discord.emojis import to_wire
from bot.adapters.discord.inbox import Inbox
from bot.adapters.discord.refusals import reason
from bot.core.errors import EmojiReactorError, Refused
from bot.core.events import MessageRef
from bot.core.identity import Pseudonyms
from bot.core.service import Service
from bot.log import describe
from bot.settings import DiscordSettings
from model import Prediction

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
PORTAL = "https://discord.com/developers/applications"
_TOKEN_REFUSED = f"Discord refused the token; copy the current one from {PORTAL} > Bot > Token"
_INTENTS_REFUSED = "Discord refuses this bot even the intents that need no approval (4014)"
# Close codes after which the same attempt cannot succeed; 4004 is a refused token.
_HOPELESS = {4004: _TOKEN_REFUSED} | {
    code: f"Discord closed the gateway with {code}, which trying again does not mend"
    for code in (4010, 4011, 4012, 4013)
}


class DiscordAdapter:
    """A ``ChatPlatform`` on discord.py."""

    name = translate.NAME

    def __init__(
        self, settings: DiscordSettings, token: str, service: Service, pseudonyms: Pseudonyms
    ) -> None:
        """Connect with ``run`` only."""
        self._settings = settings
        self._token = token
        self._service = service
        self._pseudonyms = pseudonyms
        self._client: Client | None = None
        self._message_content = True

    async def run(self) -> None:
        """Answer until cancelled; what was accepted by then is finished.

        Raises:
            EmojiReactorError: Discord does not let this bot in, and will not later.
        """
        self._point()
        backoff = ExponentialBackoff[bool]()
        while True:
            try:
                await self._connect()
                cause = "closed"
            except discord.PrivilegedIntentsRequired:
                self._go_on_without_content()
                continue
            except discord.LoginFailure:
                raise EmojiReactorError(_TOKEN_REFUSED) from None
            except discord.ConnectionClosed as error:
                if error.code in _HOPELESS:
                    raise EmojiReactorError(_HOPELESS[error.code]) from None
                cause = f"close code {error.code}"
            except Exception as error:
                # A malformed event must not end the process, nor may its text be logged.
                cause = describe(error)
            delay = min(backoff.delay(), LONGEST_DELAY)
            logger.warning("no connection to Discord (%s); next try in %.1f s", cause, delay)
            await asyncio.sleep(delay)

    async def react(self, ref: MessageRef, emojis: Sequence[str]) -> None:
        """Add the emojis in order; one that Discord does not know is passed over.

        Raises:
            Refused: none was added, with the last reason.
        """
        added, refusal = 0, None
        for emoji in emojis:
            refusal = await self._add(ref, emoji)
            if refusal is None:
                added += 1
            elif refusal != "unknown_emoji":
                break  # the others would be refused alike
        if refusal and not added:
            raise Refused(refusal)

    async def reply(self, ref: MessageRef, predictions: Sequence[Prediction]) -> None:
        """React with the best.

        Raises:
            Refused: it was not added, with the reason.
        """
        await self.react(ref, [predictions[0].emoji])

    async def _add(self, ref: MessageRef, emoji: str) -> str | None:
        """Why the emoji was not added, or None."""
        wire = to_wire(emoji)
        if wire is None:
            return "unknown_emoji"
        if self._client is None:
            return "not_connected"
        chat = self._client.get_partial_messageable(int(ref.chat))
        try:
            async with asyncio.timeout(RATE_LIMIT_PATIENCE):
                await chat.get_partial_message(int(ref.message)).add_reaction(wire)
        except Exception as error:
            logger.debug("a reaction was refused: %s", reason(error))
            return reason(error)
        return None

    async def _connect(self) -> None:
        inbox = Inbox(self._service, self, self._pseudonyms)
        gateway = self._settings.gateway_url
        client = Client(inbox, message_content=self._message_content, gateway=gateway)
        async with client:
            self._client = client
            try:
                await client.start(self._token)
            finally:
                await inbox.drain(DRAIN_SECONDS)

    def _go_on_without_content(self) -> None:
        if not self._message_content:
            # Asking without a pause would use up the day's identifications.
            raise EmojiReactorError(_INTENTS_REFUSED)
        self._message_content = False
        logger.warning(
            "Discord does not let this bot read messages: switch on %s > Bot > Message Content"
            " Intent and restart; until then only mentions and private messages are answered",
            PORTAL,
        )

    def _point(self) -> None:
        """Aim discord.py, which keeps its addresses on classes, at the configured endpoints."""
        if self._settings.api_base:
            Route.BASE = self._settings.api_base.rstrip("/")
        if self._settings.gateway_url:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._settings.gateway_url)

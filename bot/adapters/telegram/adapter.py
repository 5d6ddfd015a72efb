"""The connection to Telegram, by polling or by a webhook."""

import asyncio
import logging
from contextlib import aclosing

from bot.adapters.telegram.allowed_reactions import AllowedReactions
from bot.adapters.telegram.commands import menu
from bot.adapters.telegram.context import AdapterContext, BotServices
from bot.adapters.telegram.custom_emojis import CustomEmojis
from bot.adapters.telegram.dispatch import update_kinds
from bot.adapters.telegram.endpoints import BotNetwork, build_bot
from bot.adapters.telegram.inbox import Inbox
from bot.adapters.telegram.polling import Poller, retry_until_success
from bot.adapters.telegram.refs import NAME
from bot.adapters.telegram.server_clock import ServerClock
from bot.adapters.telegram.updates import UpdateParser
from bot.adapters.telegram.webhook import Webhook
from bot.adapters.telegram.webhook_watch import watch_webhook

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
MAX_HOLD_SECONDS = 0.5
"""Time that the next poll waits for updates in progress. Those that take longer wait for a flood
limit, and must not delay other chats; they stay unconfirmed, and are sent again after a crash."""


class TelegramAdapter:
    """Adapter of Telegram, on python-telegram-bot."""

    name = NAME

    def __init__(self, services: BotServices, token: str, proxy: str | None = None) -> None:
        self._services = services
        clock = ServerClock()
        self._bot = build_bot(
            services.settings.base_url, token, BotNetwork(services.connection, clock, proxy)
        )
        custom_emojis = CustomEmojis(self._bot)
        self._context = AdapterContext(
            services,
            self._bot,
            AllowedReactions(self._bot, custom_emojis),
            custom_emojis,
            clock,
            errors=services.connection.errors,
        )

    async def run(self) -> None:
        """Answer until cancelled, then finish what was accepted.

        Raises:
            EmojiReactorError: Telegram refused the token.
        """
        # The library logs a response that it cannot parse, message texts included. Failures are
        # logged here instead.
        logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
        menus: asyncio.Task[None] | None = None
        try:
            await retry_until_success(self._bot.initialize, self._context.errors)
            menus = asyncio.create_task(menu.set_menus(self._context))
            inbox = Inbox(self._context)
            if self._services.settings.webhook_url:
                await self._receive(inbox, self._services.settings.webhook_url)
            else:
                await self._poll(inbox)
        finally:
            if menus is not None:
                menus.cancel()
                await asyncio.wait([menus])
            await self._bot.shutdown()

    async def _poll(self, inbox: Inbox) -> None:
        await retry_until_success(self._bot.delete_webhook, self._context.errors)
        kinds = update_kinds(self._services.settings)
        poller = Poller(self._bot, kinds, self._context.errors, lambda: inbox.under_way)
        self._services.connection.heard()
        logger.info("Telegram is connected")
        try:
            async with aclosing(poller.batches()) as batches:
                async for batch in batches:
                    begun = await inbox.accept(batch)
                    if inbox.under_way:
                        await asyncio.wait(inbox.under_way.values(), timeout=MAX_HOLD_SECONDS)
                    elif not begun:  # what is confirmed already would come at once again
                        await asyncio.sleep(MAX_HOLD_SECONDS)
        finally:
            cancelled = await inbox.drain(DRAIN_SECONDS)
            await poller.confirm(cancelled)

    async def _receive(self, inbox: Inbox, url: str) -> None:
        # Every replica derives the same secret.
        secret = self._services.pseudonyms.key("telegram webhook", str(self._bot.bot.id))
        webhook = Webhook(UpdateParser(self._bot, self._context.errors), inbox, secret)

        async def register() -> bool:
            return await self._bot.set_webhook(
                url, secret_token=secret, allowed_updates=update_kinds(self._services.settings)
            )

        async with webhook.listening(url, self._services.settings.webhook_listen) as address:
            await retry_until_success(register, self._context.errors)
            logger.info("Telegram is connected; its webhook listens on %s", address)
            try:
                await watch_webhook(self._bot, url, self._services.connection)  # until cancelled
            finally:
                await inbox.drain(DRAIN_SECONDS)

"""Takes updates from Telegram, by polling or through a webhook, until it is stopped."""

import asyncio
import logging
from contextlib import aclosing
from datetime import timedelta

from bot.adapters.telegram import events
from bot.adapters.telegram.allowed_reactions import AllowedReactions
from bot.adapters.telegram.commands import menu
from bot.adapters.telegram.context import AdapterContext, BotServices
from bot.adapters.telegram.endpoints import build_bot
from bot.adapters.telegram.inbox import UPDATE_KINDS, Inbox
from bot.adapters.telegram.polling import Poller, retry_until_success
from bot.adapters.telegram.webhook import Webhook

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
HOLD_SECONDS = 0.5
"""How long the next poll waits for what is under way. What takes longer waits for a flood limit,
and must not hold up other chats; it stays unconfirmed, so that it comes again after a crash."""
AT_ONCE = timedelta(0)
"""Telegram lets one process poll: what another one left unfinished, it will not finish."""


class TelegramAdapter:
    """A bot on python-telegram-bot; answers go out through ``Responder``."""

    name = events.NAME

    def __init__(self, services: BotServices, token: str) -> None:
        """Connect with ``run`` only."""
        self._services = services
        self._bot = build_bot(services.settings.base_url, token)
        self._context = AdapterContext(services, self._bot, AllowedReactions(self._bot))

    async def run(self) -> None:
        """Answer until cancelled; what was accepted by then is finished.

        Raises:
            EmojiReactorError: Telegram refused the token.
        """
        # Where an answer cannot be read, the library logs it whole, messages included; whatever
        # fails is told here.
        logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
        menus: asyncio.Task[None] | None = None
        try:
            await retry_until_success(self._bot.initialize, self._context.errors)
            menus = asyncio.create_task(menu.set_menus(self._context))
            inbox = Inbox(self._context)
            if self._services.settings.webhook_url:
                await self._listen(inbox, self._services.settings.webhook_url)
            else:
                await self._poll(inbox)
        finally:
            if menus is not None:
                menus.cancel()
                await asyncio.wait([menus])
            await self._bot.shutdown()
            if refusals := self._context.errors:
                counts = ", ".join(f"{name} {count}" for name, count in refusals.most_common())
                logger.info("Telegram refused or failed: %s", counts)

    async def _poll(self, inbox: Inbox) -> None:
        await retry_until_success(self._bot.delete_webhook, self._context.errors)
        poller = Poller(self._bot, UPDATE_KINDS, self._context.errors, lambda: inbox.under_way)
        logger.info("Telegram is connected")
        try:
            async with aclosing(poller.batches()) as batches:
                async for batch in batches:
                    await inbox.accept(batch, AT_ONCE)
                    if inbox.under_way:
                        await asyncio.wait(inbox.under_way.values(), timeout=HOLD_SECONDS)
        finally:
            given_up = await inbox.drain(DRAIN_SECONDS)
            await poller.confirm(given_up)

    async def _listen(self, inbox: Inbox, url: str) -> None:
        # Every replica makes the same secret of the one that they share.
        secret = self._services.pseudonyms.key("telegram webhook", str(self._bot.bot.id))
        webhook = Webhook(self._bot, inbox, secret)

        async def ask() -> bool:
            return await self._bot.set_webhook(
                url, secret_token=secret, allowed_updates=UPDATE_KINDS
            )

        async with webhook.listening(url, self._services.settings.webhook_listen) as address:
            await retry_until_success(ask, self._context.errors)
            logger.info("Telegram is connected; its webhook listens on %s", address)
            try:
                await asyncio.Event().wait()  # until cancelled
            finally:
                await inbox.drain(DRAIN_SECONDS)

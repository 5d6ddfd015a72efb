"""Takes updates from Telegram and hands them to the core in order."""

import logging
from contextlib import aclosing
from dataclasses import replace

from telegram import Bot, Chat, Message, MessageReactionUpdated, Update
from telegram.constants import ChatType
from telegram.ext import AIORateLimiter, ExtBot

from bot.adapters.telegram import polling, translate
from bot.adapters.telegram.chats import ALL, AllowedReactions
from bot.adapters.telegram.responder import Responder
from bot.core.events import IncomingMessage
from bot.core.identity import Pseudonyms
from bot.core.intake import Intake
from bot.core.reactions import Reactions
from bot.core.service import Service
from bot.log import describe
from bot.settings import TelegramSettings

logger = logging.getLogger(__name__)

HANDLED = (Update.MESSAGE, Update.MESSAGE_REACTION)
"""What is asked for; reactions are sent to bots that name them only."""
DRAIN_SECONDS = 5.0


class TelegramAdapter:
    """Long polling on python-telegram-bot; answers go out through ``Responder``."""

    name = translate.NAME

    def __init__(
        self, settings: TelegramSettings, token: str, service: Service, pseudonyms: Pseudonyms
    ) -> None:
        """Connect with ``run`` only."""
        self._bot = _bot(settings.base_url, token)
        self._service = service
        self._pseudonyms = pseudonyms
        self._allowed = AllowedReactions(self._bot)
        self._reactions = Reactions(service)
        self._intake = Intake()

    async def run(self) -> None:
        """Answer until cancelled; what was accepted by then is finished.

        Raises:
            EmojiReactorError: Telegram refused the token.
        """
        # Where an answer cannot be read, the library logs it whole, messages included; whatever
        # fails is told here.
        logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
        try:
            await polling.insist(self._bot.initialize)
            await polling.insist(self._bot.delete_webhook)
            logger.info("Telegram is connected")
            async with aclosing(polling.updates(self._bot, HANDLED)) as updates:
                async for update in updates:
                    self._take(update)
        finally:
            await self._intake.drain(DRAIN_SECONDS)
            await self._bot.shutdown()

    def _take(self, update: Update) -> None:
        try:
            if update.message:
                self._heard(update.message)
            elif update.message_reaction:
                self._reacted(update.message_reaction)
        except Exception as error:
            # The type only: the error's text may quote a message.
            logger.error("a Telegram update was not handled: %s", describe(error))

    def _heard(self, message: Message) -> None:
        incoming = translate.incoming(message, self._bot.bot, self._pseudonyms)
        if incoming is not None:
            self._intake.accept(incoming.ref, self._answer(incoming, message.chat))

    async def _answer(self, message: IncomingMessage, chat: Chat) -> None:
        private = chat.type == ChatType.PRIVATE
        candidates = ALL if private else await self._allowed.of(chat.id)
        responder = Responder(self._bot, self._allowed, chat.id)
        await self._service.on_message(replace(message, candidates=candidates), responder)

    def _reacted(self, update: MessageReactionUpdated) -> None:
        member = translate.actor(update)
        if member is None:
            return
        ref = translate.ref(update.chat, update.message_id, self._pseudonyms)
        actor = self._pseudonyms.key(self.name, member)
        for emoji, withdrawn in translate.changes(update):
            work = self._reactions.changed(ref, actor, emoji, withdrawn=withdrawn)
            self._intake.accept(ref, work)


def _bot(base_url: str | None, token: str) -> Bot:
    # One retry after a 429: without any, the limiter would let the next requests run into it.
    limiter = AIORateLimiter(max_retries=1)
    if base_url is None:
        return ExtBot(token, rate_limiter=limiter)
    root = base_url.rstrip("/")
    return ExtBot(token, f"{root}/bot", f"{root}/file/bot", rate_limiter=limiter)

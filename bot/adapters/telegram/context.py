"""Services and state of the adapter."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from telegram import Bot, Chat, Message
from telegram.error import ChatMigrated

from bot.adapters.telegram.allowed_reactions import AllowedReactions
from bot.adapters.telegram.custom_emojis import CustomEmojis
from bot.adapters.telegram.errors import error_name
from bot.adapters.telegram.refs import NAME, ref, thread_of, topic_key
from bot.adapters.telegram.server_clock import ServerClock
from bot.config.sections import PrivacySettings, TelegramSettings
from bot.core.connection import Connection
from bot.core.errors import PlatformRefused, StoreFailed
from bot.core.events import MemberKey, MessageRef
from bot.core.members.privacy import PrivacyCommands
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.feedback import ReactionFeedback
from bot.core.messages.service import Service
from bot.core.rules.commands import RuleCommands
from bot.database.store import SqlStore
from bot.i18n import FALLBACK

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_AGE = timedelta(seconds=120)
"""Older messages are answered only on request."""


@dataclass(frozen=True, slots=True)
class BotServices:
    """The services that the adapter needs."""

    service: Service
    store: SqlStore
    pseudonyms: Pseudonyms
    settings: TelegramSettings
    privacy: PrivacySettings
    connection: Connection = field(default_factory=Connection)


@dataclass(frozen=True, slots=True)
class AdapterContext:
    """The services, with the connection to Telegram."""

    services: BotServices
    bot: Bot
    allowed_reactions: AllowedReactions
    custom_emojis: CustomEmojis
    clock: ServerClock = field(default_factory=ServerClock)
    errors: Counter[str] = field(default_factory=Counter)
    """Refused and failed calls since the start, by name."""

    @property
    def reactions(self) -> ReactionFeedback:
        """The conversion of reactions into feedback."""
        return ReactionFeedback(self.services.service)

    @property
    def privacy_commands(self) -> PrivacyCommands:
        """The privacy commands; on Telegram texts are stored under consent."""
        retention = self.services.privacy.retention()
        return PrivacyCommands(NAME, self.services.service.member_requests, retention)

    @property
    def rule_commands(self) -> RuleCommands:
        """The rule commands."""
        return RuleCommands(self.services.store.rules)

    def member(self, user: int) -> MemberKey:
        """Return the key of a Telegram user."""
        return self.services.pseudonyms.key(NAME, str(user))

    def member_ref(self, user: int) -> MessageRef:
        """Return the ref under which what concerns one user alone is kept and stays in order."""
        member = self.member(user)
        return MessageRef(NAME, member, member, "")

    def is_late(self, message: Message) -> bool:
        """Return True if a message is too old to be answered unasked."""
        return self.clock.now() - message.date > MAX_AGE

    def ref(self, chat: Chat, message: int) -> MessageRef:
        """Return the ref of a message."""
        return ref(chat, message, self.services.pseudonyms)

    def topic_key(self, chat: Chat, thread: int | None) -> str:
        """Return the key of a topic's settings; empty outside of topics."""
        return topic_key(chat, thread, self.services.pseudonyms)

    async def language(self, chat: Chat, own: str | None, thread: int | None = None) -> str:
        """Return the member's own language in a private chat, elsewhere the chat's."""
        if chat.type == Chat.PRIVATE and own:
            return own
        try:
            return (
                await self.services.store.chat_settings.get(
                    self.ref(chat, 0), self.topic_key(chat, thread)
                )
            ).language
        except StoreFailed:
            return FALLBACK

    async def language_of(self, message: Message) -> str:
        """Return the language in which a message is answered."""
        own = message.from_user.language_code if message.from_user else None
        return await self.language(message.chat, own, thread_of(message))

    async def attempt(self, call: Awaitable[T], chat: Chat | None = None) -> T | None:
        """Return the result of a call; None if it fails, which is counted by name.

        ``chat`` is the chat of the call, whose settings move if it has migrated.
        """
        try:
            return await call
        except Exception as error:
            await self._record_error(error, chat)
            return None

    async def within(self, seconds: float, call: Awaitable[T], chat: Chat) -> T:
        """Return the result of a call in a chat, whose settings move if it has migrated.

        Raises:
            PlatformRefused: with the name of the error, which is counted.
        """
        try:
            async with asyncio.timeout(seconds):
                return await call
        except Exception as error:
            raise PlatformRefused(await self._record_error(error, chat)) from None

    async def _record_error(self, error: Exception, chat: Chat | None) -> str:
        """Count an error; return its name."""
        if isinstance(error, ChatMigrated) and chat is not None:
            await self.migrate_chat(chat.id, error.new_chat_id)
        name = error_name(error)
        self.errors[name] += 1
        logger.debug("Telegram refused a call: %s", name)
        return name

    async def migrate_chat(self, old: int, new: int) -> None:
        """Move the settings and rules of a group that became a supergroup under another id."""
        before, after = (MessageRef(NAME, str(each), str(each), "") for each in (old, new))
        try:
            await self.services.store.chat_settings.move_overrides(before, after)
            await self.services.store.rules.move(before, after)
        except StoreFailed:
            logger.error("the settings or rules of a group that moved could not be carried over")

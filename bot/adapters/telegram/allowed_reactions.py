"""The reactions that each chat allows."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from cachetools import TTLCache
from telegram import Bot
from telegram.error import TelegramError

from bot.adapters.telegram.errors import error_name
from model.emoji import TELEGRAM_REACTIONS, canonical

logger = logging.getLogger(__name__)

ALL_REACTIONS = frozenset(TELEGRAM_REACTIONS)
"""Canonical forms of everything that a bot may react with."""


def parse_allowed(chat: Mapping[str, Any]) -> frozenset[str]:
    """Return the canonical emojis that a getChat result allows; without a list, all of them."""
    available = chat.get("available_reactions")
    if available is None:
        return ALL_REACTIONS
    return ALL_REACTIONS & {
        canonical(reaction["emoji"]) for reaction in available if reaction["type"] == "emoji"
    }


class AllowedReactions:
    """TTL cache of allowed reactions; concurrent messages of one chat share a request."""

    def __init__(
        self,
        bot: Bot,
        *,
        max_chats: int = 10_000,
        ttl_seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._requests: TTLCache[int, asyncio.Task[frozenset[str]]] = TTLCache(
            max_chats, ttl_seconds, clock
        )

    async def get(self, chat: int) -> frozenset[str]:
        """Return the canonical emojis of a chat; all if the request fails: one may be refused."""
        request = self._requests.get(chat)
        if request is None:
            request = self._requests[chat] = asyncio.create_task(self._fetch(chat))
        try:
            # Shielded: other messages may wait for the same request.
            return await asyncio.shield(request)
        except TelegramError as error:
            logger.info(
                "the allowed reactions of a chat are unknown, all are tried: %s", error_name(error)
            )
            if self._requests.get(chat) is request:
                self.invalidate(chat)
            return ALL_REACTIONS

    def invalidate(self, chat: int) -> None:
        """Fetch the reactions of a chat anew the next time."""
        self._requests.pop(chat, None)

    async def _fetch(self, chat: int) -> frozenset[str]:
        # Bot.get_chat returns an absent list as an empty one. Method names are case-insensitive,
        # and the library warns of a raw request by the usual spelling.
        return parse_allowed(
            await self._bot.do_api_request("getchat", api_kwargs={"chat_id": chat})
        )

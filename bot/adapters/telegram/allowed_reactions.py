"""The reactions that each chat allows."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from cachetools import TTLCache
from telegram import Bot

from bot.adapters.telegram.errors import error_name
from model.emoji import TELEGRAM_REACTIONS, canonical

logger = logging.getLogger(__name__)

ALL_REACTIONS = frozenset(TELEGRAM_REACTIONS)
"""Canonical forms of everything that a bot may react with."""

TIMEOUT_SECONDS = 2.0
"""Longest wait of a message for the allowed reactions of its chat."""


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
        timeout_seconds: float = TIMEOUT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._timeout_seconds = timeout_seconds
        self._requests: TTLCache[int, asyncio.Task[frozenset[str]]] = TTLCache(
            max_chats, ttl_seconds, clock
        )

    async def get(self, chat: int) -> frozenset[str]:
        """Return the canonical emojis of a chat; all if the request fails: one may be refused."""
        request = self._requests.get(chat)
        if request is None:
            request = self._requests[chat] = asyncio.create_task(self._fetch(chat))
            request.add_done_callback(_retrieve_error)
        try:
            # Shielded: other messages may wait for the same request.
            async with asyncio.timeout(self._timeout_seconds):
                return await asyncio.shield(request)
        except TimeoutError:  # it goes on, and later messages get its result
            return ALL_REACTIONS
        except Exception as error:  # a result of another shape included
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


def _retrieve_error(request: asyncio.Task[frozenset[str]]) -> None:
    """Mark an error as seen: asyncio would log one for which no message waits any more."""
    if not request.cancelled():
        request.exception()

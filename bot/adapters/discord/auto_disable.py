"""Turning off channels in which reactions are forbidden."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from cachetools import LRUCache

from bot.core.errors import StoreFailed
from bot.core.events import IncomingMessage, MessageRef, Outcome
from bot.database.store import SqlStore

logger = logging.getLogger(__name__)

MAX_REFUSALS = 5
"""Consecutive forbidden reactions after which a channel is turned off."""


class AutoDisable:
    """Counts consecutive refusals by chat; threads count as their parent."""

    def __init__(self, store: SqlStore, notify: Callable[[MessageRef], Awaitable[None]]) -> None:
        """Turn off by an override in ``store``, and ``notify`` the owner."""
        self._store = store
        self._notify = notify
        self._counts: LRUCache[MessageRef, int] = LRUCache(10_000)
        self._lock = asyncio.Lock()

    async def on_outcome(self, message: IncomingMessage, outcome: Outcome) -> None:
        """Count the outcome of a message. Never raises."""
        chat = replace(message.ref, chat=message.parent_chat or message.ref.chat, message="")
        if outcome.shown:
            self._counts.pop(chat, None)
        if outcome.refusal != "forbidden" or chat.community == chat.chat:  # a private chat
            return
        self._counts[chat] = self._counts.get(chat, 0) + 1
        if self._counts[chat] < MAX_REFUSALS:
            return
        async with self._lock:
            try:
                if not (await self._store.chat_settings.get(chat)).enabled:
                    return  # turned off meanwhile
                await self._store.chat_settings.set_override(chat, "enabled", False)
            except StoreFailed as error:
                logger.error("the store failed: %s", error)
                return
            self._counts.pop(chat, None)
        logger.warning(
            "turned off in channel %s of server %s, where %d reactions in a row were forbidden",
            chat.chat,
            chat.community,
            MAX_REFUSALS,
        )
        await self._notify(chat)

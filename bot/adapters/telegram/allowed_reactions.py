"""Which reactions a chat allows, remembered for a while."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from telegram import Bot
from telegram.error import TelegramError

from bot.adapters.telegram.errors import error_name
from model.emoji import TELEGRAM_REACTIONS, canonical

logger = logging.getLogger(__name__)

ALL_REACTIONS = frozenset(TELEGRAM_REACTIONS)
"""Canonical forms of everything that a bot may react with."""


def parse_allowed(chat: Mapping[str, Any]) -> frozenset[str]:
    """What a getChat answer allows; absent means all, an empty list none."""
    available = chat.get("available_reactions")
    if available is None:
        return ALL_REACTIONS
    return ALL_REACTIONS & {
        canonical(each["emoji"]) for each in available if each["type"] == "emoji"
    }


@dataclass(frozen=True, slots=True)
class _Answer:
    task: asyncio.Task[frozenset[str]]
    until: float


class AllowedReactions:
    """Asks once for many messages, again after a while, and again after a refusal."""

    def __init__(
        self,
        bot: Bot,
        *,
        chats: int = 10_000,
        seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remember at most so many chats for at most so many seconds."""
        self._bot = bot
        self._answers: LRUCache[int, _Answer] = LRUCache(chats)
        self._seconds = seconds
        self._clock = clock

    async def get(self, chat: int) -> frozenset[str]:
        """Canonical emojis; all where Telegram does not answer: at worst a reaction is refused."""
        answer = self._answers.get(chat)
        if answer is None or answer.until <= self._clock():
            task = asyncio.create_task(self._ask(chat))
            answer = self._answers[chat] = _Answer(task, self._clock() + self._seconds)
        try:
            # Shielded: others may wait for the same answer.
            return await asyncio.shield(answer.task)
        except TelegramError as error:
            logger.info("Telegram did not say what a chat allows: %s", error_name(error))
            if self._answers.get(chat) is answer:
                self.invalidate(chat)
            return ALL_REACTIONS

    def invalidate(self, chat: int) -> None:
        """Ask again the next time."""
        self._answers.pop(chat, None)

    async def _ask(self, chat: int) -> frozenset[str]:
        # Bot.get_chat gives an absent list as an empty one. Method names know no case, and a
        # raw request by the usual name is warned of.
        return parse_allowed(
            await self._bot.do_api_request("getchat", api_kwargs={"chat_id": chat})
        )

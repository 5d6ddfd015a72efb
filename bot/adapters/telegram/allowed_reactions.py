"""The reactions that each chat allows."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from cachetools import TTLCache
from telegram import Bot, ReactionType, ReactionTypeCustomEmoji, ReactionTypeEmoji

from bot.adapters.telegram.custom_emojis import CustomEmojis
from bot.adapters.telegram.errors import error_name
from model.emoji import TELEGRAM_REACTIONS, canonical

logger = logging.getLogger(__name__)

Reactions = Mapping[str, ReactionType]
"""Canonical emoji -> the reaction that shows it."""

ALL_REACTIONS: Reactions = {
    emoji: ReactionTypeEmoji(stored) for emoji, stored in TELEGRAM_REACTIONS.items()
}
"""All that a bot may react with unless a chat says otherwise."""

TIMEOUT_SECONDS = 2.0
"""Longest wait of a message for the allowed reactions of its chat."""
REFUSED_SECONDS = 3600.0
"""Time for which a custom emoji that Telegram refused in a chat is not tried there again."""
MAX_REFUSED = 10_000


class AllowedReactions:
    """TTL cache of allowed reactions; concurrent messages of one chat share a request.

    A custom emoji shows the emoji for which it stands, if the chat does not allow that itself.
    """

    def __init__(
        self,
        bot: Bot,
        custom_emojis: CustomEmojis,
        *,
        max_chats: int = 10_000,
        ttl_seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start empty."""
        self._bot = bot
        self._custom_emojis = custom_emojis
        self._requests: TTLCache[int, asyncio.Task[Reactions]] = TTLCache(
            max_chats, ttl_seconds, clock
        )
        self._refused: TTLCache[tuple[int, str], None] = TTLCache(
            MAX_REFUSED, REFUSED_SECONDS, clock
        )

    async def get(self, chat: int) -> Reactions:
        """Return the reactions of a chat; all if the request fails: one may be refused."""
        request = self._requests.get(chat)
        if request is None:
            request = self._requests[chat] = asyncio.create_task(self._fetch(chat))
            request.add_done_callback(_retrieve_error)
        try:
            # Shielded: other messages may wait for the same request.
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await asyncio.shield(request)
        except TimeoutError:  # it goes on, and later messages get its result
            return ALL_REACTIONS
        except Exception as error:  # a result of another shape included
            logger.info(
                "the allowed reactions of a chat are unknown, all are tried: %s", error_name(error)
            )
            if self._requests.get(chat) is request:
                self._requests.pop(chat, None)
            return ALL_REACTIONS

    def refuse(self, chat: int, reaction: ReactionType) -> None:
        """Fetch the reactions of a chat anew the next time, and leave a refused custom one out."""
        self._requests.pop(chat, None)
        if isinstance(reaction, ReactionTypeCustomEmoji):
            self._refused[chat, reaction.custom_emoji_id] = None

    async def _fetch(self, chat: int) -> Reactions:
        # Bot.get_chat returns an absent list as an empty one. Method names are case-insensitive,
        # and the library warns of a raw request by the usual spelling.
        full = await self._bot.do_api_request("getchat", api_kwargs={"chat_id": chat})
        available = full.get("available_reactions")
        if available is None:
            return ALL_REACTIONS
        custom = [each["custom_emoji_id"] for each in available if each["type"] == "custom_emoji"]
        usable = [each for each in custom if (chat, each) not in self._refused]
        stood_for = await self._custom_emojis.find(usable)
        if not stood_for.keys() >= set(usable):
            self._requests.pop(chat, None)  # the next message asks again
        # The first of several for one emoji wins, and the emoji itself over all.
        return {
            emoji: ReactionTypeCustomEmoji(each)
            for each in reversed(usable)
            if (emoji := stood_for.get(each)) is not None
        } | _plain_reactions(available)


def images_of(reactions: Reactions) -> frozenset[str]:
    """Return the emojis that are shown by a custom emoji."""
    custom = ReactionTypeCustomEmoji
    return frozenset(emoji for emoji, shown in reactions.items() if isinstance(shown, custom))


def _plain_reactions(available: list[dict[str, Any]]) -> dict[str, ReactionType]:
    listed = (canonical(each["emoji"]) for each in available if each["type"] == "emoji")
    return {emoji: ALL_REACTIONS[emoji] for emoji in listed if emoji in ALL_REACTIONS}


def _retrieve_error(request: asyncio.Task[Reactions]) -> None:
    """Mark an error as seen: asyncio would log one for which no message waits any more."""
    if not request.cancelled():
        request.exception()

"""The Unicode emojis for which custom emojis of Telegram stand, by their stickers."""

import logging
from collections.abc import Mapping, Sequence

from cachetools import LRUCache
from telegram import Bot, ReactionType, ReactionTypeCustomEmoji, ReactionTypeEmoji
from telegram.error import TelegramError

from bot.adapters.telegram.errors import error_name
from model.emoji import ChosenEmoji, parse_choice

logger = logging.getLogger(__name__)

MAX_EMOJIS = 10_000
MAX_REQUESTED = 200
"""The most that one getCustomEmojiStickers takes; chats allow fewer."""


class CustomEmojis:
    """Cache of the emojis that the authors of custom emojis named for them."""

    def __init__(self, bot: Bot) -> None:
        """Start empty."""
        self._bot = bot
        self._known: LRUCache[str, ChosenEmoji | None] = LRUCache(MAX_EMOJIS)

    async def read(self, reactions: Sequence[ReactionType]) -> list[ChosenEmoji]:
        """Return the canonical emojis of reactions, custom ones by the emoji they stand for.

        Paid ones are left out, and those of which it is not known what they stand for.
        """
        custom = [r.custom_emoji_id for r in reactions if isinstance(r, ReactionTypeCustomEmoji)]
        stood_for = await self.find(custom)
        found = (*emojis_of(reactions), *map(stood_for.get, custom))
        return list(dict.fromkeys(emoji for emoji in found if emoji is not None))

    async def find(self, ids: Sequence[str]) -> Mapping[str, ChosenEmoji | None]:
        """Return what custom emojis stand for, None for nothing known; without those not told."""
        found = {each: self._known[each] for each in ids if each in self._known}
        missing = [each for each in dict.fromkeys(ids) if each not in found][:MAX_REQUESTED]
        if not missing:
            return found
        try:
            stickers = await self._bot.get_custom_emoji_stickers(missing)
        except TelegramError as error:
            logger.info("custom emojis are passed over: %s", error_name(error))
            return found
        named = {sticker.custom_emoji_id: sticker.emoji for sticker in stickers}
        asked = {each: parse_choice(named.get(each) or "") for each in missing}
        self._known.update(asked)
        return found | asked


def emojis_of(reactions: Sequence[ReactionType]) -> list[ChosenEmoji]:
    """Return the canonical emojis among reactions; custom and paid ones are left out."""
    emojis = [parse_choice(r.emoji) for r in reactions if isinstance(r, ReactionTypeEmoji)]
    return [emoji for emoji in emojis if emoji is not None]

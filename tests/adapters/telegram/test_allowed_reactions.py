"""Allowed reactions are fetched once for many messages, and again when they may have changed."""

import asyncio
from typing import Any, cast

import pytest
from telegram import Bot, ReactionTypeCustomEmoji, Sticker
from telegram.error import TelegramError, TimedOut

from bot.adapters.telegram.allowed_reactions import (
    ALL_REACTIONS,
    REFUSED_SECONDS,
    AllowedReactions,
    images_of,
)
from bot.adapters.telegram.custom_emojis import CustomEmojis
from model.emoji import TELEGRAM_REACTIONS, canonical

HEART = {"available_reactions": [{"type": "emoji", "emoji": "❤"}]}
CUSTOM = {
    "available_reactions": [{"type": "custom_emoji", "custom_emoji_id": each} for each in "123"]
}
ONLY_HEART = {"❤": ALL_REACTIONS["❤"]}
PIZZA, CAKE = (ReactionTypeCustomEmoji(each) for each in "12")


class Telegram:
    """Fake bot that answers ``getChat`` once it is released, and knows two custom emojis."""

    def __init__(self) -> None:
        self.result: dict[str, Any] | TelegramError = HEART
        self.requested: list[int] = []
        self.released = asyncio.Event()
        self.released.set()

    async def do_api_request(self, method: str, api_kwargs: dict[str, Any]) -> dict[str, Any]:
        assert method.lower() == "getchat"
        self.requested.append(api_kwargs["chat_id"])
        await self.released.wait()
        if isinstance(self.result, TelegramError):
            raise self.result
        return self.result

    async def get_custom_emoji_stickers(self, ids: list[str]) -> list[Sticker]:
        known = {"1": "🍕", "2": "🍰"}
        return [
            Sticker("", "", 1, 1, False, False, "custom_emoji", emoji=known[e], custom_emoji_id=e)
            for e in ids
            if e in known
        ]


class CachedTelegram:
    """The cache in front of the fake bot, with a clock that the test sets."""

    def __init__(self, max_chats: int = 10) -> None:
        self.now = 0.0
        self.telegram = Telegram()
        bot = cast("Bot", self.telegram)
        self.cache = AllowedReactions(
            bot, CustomEmojis(bot), max_chats=max_chats, ttl_seconds=60.0, clock=lambda: self.now
        )


@pytest.mark.parametrize(
    ("chat", "expected"),
    [
        ({}, set(ALL_REACTIONS)),
        ({"available_reactions": None}, set(ALL_REACTIONS)),
        ({"available_reactions": []}, set()),
        (HEART, {"❤"}),
        ({"available_reactions": [{"type": "emoji", "emoji": "❤️\u200d🔥"}]}, {"❤\u200d🔥"}),
        ({"available_reactions": [{"type": "emoji", "emoji": "🦖"}]}, set()),
        (CUSTOM, {"🍕", "🍰"}),
    ],
)
async def test_a_result_is_parsed(chat: dict[str, Any], expected: set[str]) -> None:
    cached = CachedTelegram()
    cached.telegram.result = chat
    assert set(await cached.cache.get(1)) == expected


async def test_all_reactions_are_parsed_in_the_form_of_telegram() -> None:
    cached = CachedTelegram()
    listed = [{"type": "emoji", "emoji": form} for form in TELEGRAM_REACTIONS.values()]
    cached.telegram.result = {"available_reactions": listed}
    assert await cached.cache.get(1) == ALL_REACTIONS
    assert {canonical(form) for form in TELEGRAM_REACTIONS.values()} == set(ALL_REACTIONS)


def test_only_custom_emojis_are_images() -> None:
    assert images_of(ALL_REACTIONS) == frozenset()
    assert images_of(ONLY_HEART | {"🍕": PIZZA}) == {"🍕"}


async def test_a_refused_custom_emoji_is_left_out_for_a_while() -> None:
    cached = CachedTelegram()
    cached.telegram.result = CUSTOM
    assert await cached.cache.get(1) == {"🍕": PIZZA, "🍰": CAKE}
    cached.cache.refuse(1, PIZZA)
    assert await cached.cache.get(1) == {"🍰": CAKE}
    assert await cached.cache.get(2) == {"🍕": PIZZA, "🍰": CAKE}
    cached.now = REFUSED_SECONDS
    assert await cached.cache.get(1) == {"🍕": PIZZA, "🍰": CAKE}


async def test_concurrent_messages_share_a_request() -> None:
    cached = CachedTelegram()
    cached.telegram.released.clear()
    waiting = [asyncio.create_task(cached.cache.get(1)) for _ in range(5)]
    await asyncio.wait(waiting, timeout=0)
    cached.telegram.released.set()
    assert await asyncio.gather(*waiting) == [ONLY_HEART] * 5
    assert cached.telegram.requested == [1]


async def test_a_cancelled_message_does_not_cancel_the_request_of_others() -> None:
    cached = CachedTelegram()
    cached.telegram.released.clear()
    one, two = (asyncio.create_task(cached.cache.get(1)) for _ in range(2))
    await asyncio.wait([one, two], timeout=0)
    one.cancel()
    cached.telegram.released.set()
    assert await two == ONLY_HEART


async def test_reactions_are_fetched_again_when_expired_or_invalidated() -> None:
    cached = CachedTelegram()
    await cached.cache.get(1)
    cached.now = 59.0
    await cached.cache.get(1)
    assert cached.telegram.requested == [1]
    cached.now = 60.0
    cached.telegram.result = {"available_reactions": []}
    assert await cached.cache.get(1) == {}
    cached.cache.refuse(1, ALL_REACTIONS["❤"])
    cached.cache.refuse(2, ALL_REACTIONS["❤"])
    cached.telegram.result = {}
    assert await cached.cache.get(1) == ALL_REACTIONS
    assert cached.telegram.requested == [1, 1, 1]


async def test_a_failed_request_allows_all_and_is_repeated() -> None:
    cached = CachedTelegram()
    cached.telegram.result = TimedOut()
    assert await cached.cache.get(1) == ALL_REACTIONS
    cached.telegram.result = HEART
    assert await cached.cache.get(1) == ONLY_HEART


async def test_the_least_recently_used_chat_is_evicted() -> None:
    cached = CachedTelegram(max_chats=2)
    for chat in (1, 2, 3, 3, 2, 1):
        await cached.cache.get(chat)
    assert cached.telegram.requested == [1, 2, 3, 1]

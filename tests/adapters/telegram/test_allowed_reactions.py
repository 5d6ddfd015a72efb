"""Allowed reactions are fetched once for many messages, and again when they may have changed."""

import asyncio
from typing import Any, cast

import pytest
from telegram import Bot
from telegram.error import TelegramError, TimedOut

from bot.adapters.telegram.allowed_reactions import ALL_REACTIONS, AllowedReactions, parse_allowed
from model.emoji import TELEGRAM_REACTIONS, canonical

HEART = {"available_reactions": [{"type": "emoji", "emoji": "❤"}]}


class Telegram:
    """Fake bot that answers ``getChat`` once it is released."""

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


class CachedTelegram:
    """The cache in front of the fake bot, with a clock that the test sets."""

    def __init__(self, max_chats: int = 10) -> None:
        self.now = 0.0
        self.telegram = Telegram()
        bot = cast("Bot", self.telegram)
        self.cache = AllowedReactions(
            bot, max_chats=max_chats, ttl_seconds=60.0, clock=lambda: self.now
        )


@pytest.mark.parametrize(
    ("chat", "expected"),
    [
        ({}, ALL_REACTIONS),
        ({"available_reactions": None}, ALL_REACTIONS),
        ({"available_reactions": []}, frozenset()),
        (HEART, {"❤"}),
        ({"available_reactions": [{"type": "emoji", "emoji": "❤️\u200d🔥"}]}, {"❤\u200d🔥"}),
        ({"available_reactions": [{"type": "emoji", "emoji": "🦖"}]}, frozenset()),
        ({"available_reactions": [{"type": "custom_emoji", "custom_emoji_id": "1"}]}, frozenset()),
    ],
)
def test_a_result_is_parsed(chat: dict[str, Any], expected: frozenset[str]) -> None:
    assert parse_allowed(chat) == expected


def test_all_reactions_are_parsed_in_the_form_of_telegram() -> None:
    listed = [{"type": "emoji", "emoji": form} for form in TELEGRAM_REACTIONS.values()]
    assert parse_allowed({"available_reactions": listed}) == ALL_REACTIONS
    assert {canonical(form) for form in TELEGRAM_REACTIONS.values()} == ALL_REACTIONS


async def test_concurrent_messages_share_a_request() -> None:
    cached = CachedTelegram()
    cached.telegram.released.clear()
    waiting = [asyncio.create_task(cached.cache.get(1)) for _ in range(5)]
    await asyncio.wait(waiting, timeout=0)
    cached.telegram.released.set()
    assert await asyncio.gather(*waiting) == [{"❤"}] * 5
    assert cached.telegram.requested == [1]


async def test_a_cancelled_message_does_not_cancel_the_request_of_others() -> None:
    cached = CachedTelegram()
    cached.telegram.released.clear()
    one, two = (asyncio.create_task(cached.cache.get(1)) for _ in range(2))
    await asyncio.wait([one, two], timeout=0)
    one.cancel()
    cached.telegram.released.set()
    assert await two == {"❤"}


async def test_reactions_are_fetched_again_when_expired_or_invalidated() -> None:
    cached = CachedTelegram()
    await cached.cache.get(1)
    cached.now = 59.0
    await cached.cache.get(1)
    assert cached.telegram.requested == [1]
    cached.now = 60.0
    cached.telegram.result = {"available_reactions": []}
    assert await cached.cache.get(1) == frozenset()
    cached.cache.invalidate(1)
    cached.cache.invalidate(2)
    cached.telegram.result = {}
    assert await cached.cache.get(1) == ALL_REACTIONS
    assert cached.telegram.requested == [1, 1, 1]


async def test_a_failed_request_allows_all_and_is_repeated() -> None:
    cached = CachedTelegram()
    cached.telegram.result = TimedOut()
    assert await cached.cache.get(1) == ALL_REACTIONS
    cached.telegram.result = HEART
    assert await cached.cache.get(1) == {"❤"}


async def test_the_least_recently_used_chat_is_evicted() -> None:
    cached = CachedTelegram(max_chats=2)
    for chat in (1, 2, 3, 3, 2, 1):
        await cached.cache.get(chat)
    assert cached.telegram.requested == [1, 2, 3, 1]

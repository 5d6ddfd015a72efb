"""What a chat allows: asked once for many messages, and again when it may have changed."""

import asyncio
from typing import Any, cast

import pytest
from telegram import Bot
from telegram.error import TelegramError, TimedOut

from bot.adapters.telegram.allowed_reactions import ALL_REACTIONS, AllowedReactions, parse_allowed
from model.emoji import TELEGRAM_REACTIONS, canonical

HEART = {"available_reactions": [{"type": "emoji", "emoji": "❤"}]}


class Telegram:
    """Answers ``getChat``, as slowly as a test wants it."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] | TelegramError = HEART
        self.asked: list[int] = []
        self.open = asyncio.Event()
        self.open.set()

    async def do_api_request(self, method: str, api_kwargs: dict[str, Any]) -> dict[str, Any]:
        assert method.lower() == "getchat"
        self.asked.append(api_kwargs["chat_id"])
        await self.open.wait()
        if isinstance(self.answer, TelegramError):
            raise self.answer
        return self.answer


class House:
    """The memory in front of it, with time in the test's hand."""

    def __init__(self, chats: int = 10) -> None:
        self.now = 0.0
        self.telegram = Telegram()
        bot = cast("Bot", self.telegram)
        self.memory = AllowedReactions(bot, chats=chats, seconds=60.0, clock=lambda: self.now)


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
def test_what_an_answer_allows(chat: dict[str, Any], expected: frozenset[str]) -> None:
    assert parse_allowed(chat) == expected


def test_every_reaction_of_telegram_is_allowed_in_its_own_form() -> None:
    listed = [{"type": "emoji", "emoji": form} for form in TELEGRAM_REACTIONS.values()]
    assert parse_allowed({"available_reactions": listed}) == ALL_REACTIONS
    assert {canonical(form) for form in TELEGRAM_REACTIONS.values()} == ALL_REACTIONS


async def test_many_messages_at_once_ask_once() -> None:
    house = House()
    house.telegram.open.clear()
    waiting = [asyncio.create_task(house.memory.get(1)) for _ in range(5)]
    await asyncio.wait(waiting, timeout=0)
    house.telegram.open.set()
    assert await asyncio.gather(*waiting) == [{"❤"}] * 5
    assert house.telegram.asked == [1]


async def test_one_that_gives_up_leaves_the_others_their_answer() -> None:
    house = House()
    house.telegram.open.clear()
    one, two = (asyncio.create_task(house.memory.get(1)) for _ in range(2))
    await asyncio.wait([one, two], timeout=0)
    one.cancel()
    house.telegram.open.set()
    assert await two == {"❤"}


async def test_it_asks_again_after_a_while_and_after_a_refusal() -> None:
    house = House()
    await house.memory.get(1)
    house.now = 59.0
    await house.memory.get(1)
    assert house.telegram.asked == [1]
    house.now = 60.0
    house.telegram.answer = {"available_reactions": []}
    assert await house.memory.get(1) == frozenset()
    house.memory.invalidate(1)
    house.memory.invalidate(2)
    house.telegram.answer = {}
    assert await house.memory.get(1) == ALL_REACTIONS
    assert house.telegram.asked == [1, 1, 1]


async def test_where_telegram_does_not_say_all_are_tried_and_it_is_asked_again() -> None:
    house = House()
    house.telegram.answer = TimedOut()
    assert await house.memory.get(1) == ALL_REACTIONS
    house.telegram.answer = HEART
    assert await house.memory.get(1) == {"❤"}


async def test_it_remembers_so_many_chats_only() -> None:
    house = House(chats=2)
    for chat in (1, 2, 3, 3, 2, 1):
        await house.memory.get(chat)
    assert house.telegram.asked == [1, 2, 3, 1]

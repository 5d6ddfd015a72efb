"""The connection to Telegram."""

import asyncio

from telegram.ext import ExtBot

from bot.adapters.telegram.endpoints import build_bot
from tests.e2e.telegram_payloads import GROUP, TOKEN


async def test_requests_that_only_read_do_not_wait_for_those_that_send() -> None:
    bot = build_bot(None, TOKEN)
    assert isinstance(bot, ExtBot)
    limiter = bot.rate_limiter
    assert limiter is not None
    passed: list[str] = []

    async def request(endpoint: str) -> None:
        async def answer() -> bool:
            passed.append(endpoint)
            return True

        await limiter.process_request(answer, (), {}, endpoint, {"chat_id": GROUP}, None)

    sending = [asyncio.create_task(request("setMessageReaction")) for _ in range(400)]
    try:
        async with asyncio.timeout(10):
            await asyncio.gather(*(request("getChat") for _ in range(400)))
    finally:
        for task in sending:
            task.cancel()
    assert passed.count("getChat") == 400
    assert passed.count("setMessageReaction") < 400

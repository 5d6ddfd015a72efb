"""Health of a webhook, asked of a Telegram of our own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot.adapters.telegram import webhook_watch
from bot.adapters.telegram.endpoints import build_bot
from bot.core.connection import Connection
from tests.e2e.telegram_calls import Refusal
from tests.e2e.telegram_payloads import TOKEN, now
from tests.e2e.telegram_server import TelegramServer

URL = "https://bot.example.org/telegram"


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    started = TelegramServer()
    await started.start()
    yield started
    await started.close()


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with build_bot(server.origin, TOKEN) as built:
        await built.set_webhook(URL)
        yield built


async def until(connection: Connection, fault: str | None) -> None:
    async with asyncio.timeout(5):
        while connection.fault(90) != fault:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_faults_come_and_go(
    bot: Bot, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_watch, "INTERVAL_SECONDS", 0.02)
    connection = Connection()
    watching = asyncio.create_task(webhook_watch.watch_webhook(bot, URL, connection))
    try:
        await until(connection, None)
        server.webhook = "https://somebody.else.example.org/"
        await until(connection, "not connected")
        server.webhook = URL
        await until(connection, None)
        server.send_message("haha")  # waits, since nothing listens
        server.last_webhook_error = now(), "Connection refused"
        await until(connection, "not connected")
        server.last_webhook_error = now() - 3600, "Connection refused"
        await until(connection, None)
        server.refusals.append(Refusal("getWebhookInfo", 502))
        await server.wait_for_calls("getWebhookInfo", 3)
        await until(connection, None)
        assert not watching.done()
        assert connection.reconnects >= 2
    finally:
        watching.cancel()

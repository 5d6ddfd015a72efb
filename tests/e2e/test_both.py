"""Both platforms in one process."""

import signal

import pytest

from tests.e2e import discord_server as discord
from tests.e2e import telegram_payloads as telegram
from tests.e2e.conftest import Launcher
from tests.e2e.discord_server import DiscordServer
from tests.e2e.process import BotProcess
from tests.e2e.telegram_server import TelegramServer


@pytest.fixture
def bot(
    launcher: Launcher, discord_server: DiscordServer, telegram_server: TelegramServer
) -> BotProcess:
    """Give a process for both, not started."""
    return launcher(discord=discord_server, telegram=telegram_server)


async def test_both_answer(
    bot: BotProcess, discord_server: DiscordServer, telegram_server: TelegramServer
) -> None:
    await bot.start(DISCORD_TOKEN=discord.TOKEN, TELEGRAM_TOKEN=telegram.TOKEN)
    await discord_server.gateway.ready()
    await discord_server.reaction_requests(await discord_server.send_message("funny"))
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert await bot.stop() == 0
    platforms = bot.query("select platform from community order by platform")
    assert platforms == [("discord",), ("telegram",)]


async def test_a_failing_discord_does_not_affect_telegram(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    await bot.start(DISCORD_TOKEN="wrong", TELEGRAM_TOKEN=telegram.TOKEN)
    await bot.wait_for_output("Discord refused the token")
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert await bot.stop() == 0


async def test_a_failing_telegram_does_not_affect_discord(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    await bot.start(DISCORD_TOKEN=discord.TOKEN, TELEGRAM_TOKEN="1:wrong")
    await bot.wait_for_output("Telegram refused the token")
    await discord_server.gateway.ready()
    await discord_server.reaction_requests(await discord_server.send_message("funny"))
    assert await bot.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_missing_token_of_the_other_platform_is_logged(
    bot: BotProcess, telegram_server: TelegramServer, number: signal.Signals
) -> None:
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert await bot.stop(number) == 0
    assert "not started: DISCORD_TOKEN is not set" in bot.output
    assert "Traceback" not in bot.output
    assert bot.query("select shown from prediction") == [('["🤣"]',)]

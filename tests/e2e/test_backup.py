"""Backups of a running bot, and restores while it runs and after it was killed."""

import asyncio
import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.database.postgres import temporary_database
from tests.e2e.conftest import Launcher
from tests.e2e.process import BotProcess
from tests.e2e.telegram_payloads import TOKEN
from tests.e2e.telegram_server import TelegramServer

SECRET = "0123456789abcdef-a-pseudonym-secret"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    with temporary_database("e2e_backup") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_settings(request: pytest.FixtureRequest) -> Mapping[str, str]:
    if request.param == "sqlite":
        return {}
    return {"database.url": request.getfixturevalue("postgres_url")}


async def test_a_running_bot_is_backed_up_and_keeps_a_restore_away(
    launcher: Launcher,
    telegram_server: TelegramServer,
    tmp_path: Path,
    database_settings: Mapping[str, str],
) -> None:
    settings = {"backup.folder": str(tmp_path / "backups"), **database_settings}
    bot: BotProcess = launcher(telegram=telegram_server, **settings)
    await bot.start(TELEGRAM_TOKEN=TOKEN, EMOJI_REACTOR_SECRET=SECRET)
    await telegram_server.polling()
    message = telegram_server.send_message("haha, so funny")
    await telegram_server.reaction_calls(message)

    created = await bot.call("backup", "create", EMOJI_REACTOR_SECRET=SECRET)
    assert created.status == 0
    [backup] = (tmp_path / "backups").glob("*-manual.zip")
    restore = ("backup", "restore", str(backup))
    refused = await bot.call(*restore, EMOJI_REACTOR_SECRET=SECRET)
    assert refused.status == 1
    assert re.search("in use by another process; stop the bot, the page", refused.error)
    assert list((tmp_path / "backups").iterdir()) == [backup]

    # The bot is as it was, and no lock outlives it.
    message = telegram_server.send_message("haha, again")
    await telegram_server.reaction_calls(message)
    assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
    restored = await bot.call(*restore, EMOJI_REACTOR_SECRET=SECRET)
    async with asyncio.timeout(20):
        while restored.status != 0:  # PostgreSQL notices the end of a connection a moment later
            assert database_settings
            restored = await bot.call(*restore, EMOJI_REACTOR_SECRET=SECRET)
    await bot.start(TELEGRAM_TOKEN=TOKEN, EMOJI_REACTOR_SECRET=SECRET)
    message = telegram_server.send_message("haha, as ever")
    await telegram_server.reaction_calls(message)
    assert await bot.stop() == 0

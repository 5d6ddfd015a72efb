"""Fake platforms on loopback, and the bot as a process."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import environment as environment
from tests.database.postgres import temporary_database
from tests.e2e.discord_server import DiscordServer
from tests.e2e.process import BotProcess
from tests.e2e.telegram_payloads import TOKEN
from tests.e2e.telegram_server import TelegramServer
from tests.forked import ForkServer

Launcher = Callable[..., BotProcess]


@pytest.fixture
async def discord_server() -> AsyncIterator[DiscordServer]:
    """Fake Discord that fails a test if the bot sends undocumented requests."""
    server = DiscordServer()
    await server.start()
    yield server
    await server.close()
    assert server.errors == []


@pytest.fixture
async def telegram_server() -> AsyncIterator[TelegramServer]:
    """Fake Telegram that fails a test if the bot sends undocumented requests."""
    server = TelegramServer()
    await server.start()
    yield server
    await server.close()
    assert server.errors == []


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with temporary_database("e2e") as url:
        yield url


@pytest.fixture
async def launcher(
    tmp_path: Path, tiny_artifact: Path, fork_server: ForkServer
) -> AsyncIterator[Launcher]:
    """Prepare processes in one folder, and kill those that a failed test left running."""
    prepared: list[BotProcess] = []

    def prepare(
        discord: DiscordServer | None = None,
        telegram: TelegramServer | None = None,
        **settings: object,
    ) -> BotProcess:
        given = dict(settings)
        if discord is not None:
            given["discord.api_base"] = discord.api_base
            given["discord.gateway_url"] = discord.gateway_url
        if telegram is not None:
            given["telegram.base_url"] = telegram.origin
        prepared.append(BotProcess(tmp_path, tiny_artifact, given, fork_server))
        return prepared[-1]

    yield prepare
    for process in prepared:
        await process.kill()
        sys.stderr.write(process.output)  # shown by pytest where the test failed


@pytest.fixture
async def telegram_bot(launcher: Launcher, telegram_server: TelegramServer) -> BotProcess:
    """Give a bot that is connected to fake Telegram, and logs all."""
    process = launcher(telegram=telegram_server, **{"log.level": "debug"})
    await process.start(TELEGRAM_TOKEN=TOKEN)
    await telegram_server.polling()
    return process

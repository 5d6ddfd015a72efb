"""Health and metrics of the real process: connected, deaf, without database or model."""

import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.database.postgres import SERVER, temporary_database
from tests.e2e import discord_server as discord
from tests.e2e import telegram_payloads as telegram
from tests.e2e.conftest import Launcher
from tests.e2e.discord_server import DiscordServer
from tests.e2e.operations import OperationsClient, free_address
from tests.e2e.process import BotProcess
from tests.e2e.telegram_calls import Refusal
from tests.e2e.telegram_payloads import BOB, GROUP, chat
from tests.e2e.telegram_server import TelegramServer

SECRET = "zanzibar"
LISTEN, SILENCE = "operations.listen", "operations.max_silence_seconds"


@pytest.fixture
def operations() -> OperationsClient:
    return OperationsClient(free_address())


def prepare_discord(
    launcher: Launcher, server: DiscordServer, operations: OperationsClient, **settings: object
) -> BotProcess:
    return launcher(discord=server, **{LISTEN: operations.address}, **settings)


def prepare_telegram(
    launcher: Launcher, server: TelegramServer, operations: OperationsClient, **settings: object
) -> BotProcess:
    return launcher(telegram=server, **{LISTEN: operations.address}, **settings)


async def test_connected_to_discord(
    launcher: Launcher, discord_server: DiscordServer, operations: OperationsClient
) -> None:
    bot = prepare_discord(launcher, discord_server, operations)
    await bot.start(DISCORD_TOKEN=discord.TOKEN)
    readiness = await operations.wait_until(200, "discord")
    assert readiness["ready"] is True
    assert readiness["checks"] == {"discord": "ok", "database": "ok", "model": "ok"}
    assert readiness["versions"]["artifact"].startswith("tiny-")
    [[revision]] = bot.query("select version_num from alembic_version")
    assert readiness["versions"]["database"] == revision
    assert await operations.get("/healthz") == (200, "ok\n")
    ended = await bot.call("health")
    assert (ended.status, ended.out) == (0, "ok: discord, database, model\n")


async def test_metrics_of_discord(
    launcher: Launcher, discord_server: DiscordServer, operations: OperationsClient
) -> None:
    bot = prepare_discord(launcher, discord_server, operations)
    await bot.start(DISCORD_TOKEN=discord.TOKEN)
    await discord_server.gateway.ready()
    await discord_server.reaction_requests(await discord_server.send_message("funny"))
    shown = {"platform": "discord", "outcome": "shown", "skip_reason": ""}
    await operations.wait_for_metric(1, "emoji_reactor_messages_total", **shown)
    assert await operations.metric("emoji_reactor_prediction_duration_seconds_count") == 1
    assert await operations.metric("emoji_reactor_prediction_queue_length") == 0
    assert await operations.metric("emoji_reactor_artifact_info") == 1
    transactions = await operations.metric(
        "emoji_reactor_database_transaction_duration_seconds_count"
    )
    assert transactions is not None
    assert transactions >= 2
    await operations.wait_for_metric(1, "emoji_reactor_connected", platform="discord")
    discord_server.refusals.append(discord.Refusal(403, 50013))
    await discord_server.send_message("party")
    await operations.wait_for_metric(1, "emoji_reactor_refusals_total", reason="forbidden")
    refused = {"outcome": "skipped", "skip_reason": "refused"}
    await operations.wait_for_metric(1, "emoji_reactor_messages_total", **refused)
    assert await operations.metric("emoji_reactor_platform_errors_total", error="http_403") == 1
    await discord_server.gateway.drop()
    await operations.wait_for_metric(1, "emoji_reactor_reconnects_total", platform="discord")
    await operations.wait_until(200)


async def test_discord_out_of_reach(
    launcher: Launcher, discord_server: DiscordServer, operations: OperationsClient
) -> None:
    discord_server.gateway.refusals = 1000
    bot = prepare_discord(launcher, discord_server, operations)
    await bot.start(DISCORD_TOKEN=discord.TOKEN)
    await bot.wait_for_output("the Discord gateway does not answer")
    await operations.wait_until(503, "discord", "not connected yet")
    assert await operations.get("/healthz") == (200, "ok\n")
    ended = await bot.call("health")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("failed: discord: not connected yet")
    assert (await bot.call("health", "--live")).status == 0


async def test_discord_that_never_acknowledges(
    launcher: Launcher, discord_server: DiscordServer, operations: OperationsClient
) -> None:
    discord_server.gateway.acknowledges = False
    bot = prepare_discord(launcher, discord_server, operations)
    await bot.start(DISCORD_TOKEN=discord.TOKEN)
    await bot.wait_for_output("Discord is connected")
    await asyncio.sleep(2.0)  # twice as long as a look at the heartbeats takes
    await operations.wait_until(503, "discord", "not connected yet: shards 0")
    assert (await bot.call("health")).status == 1


async def test_discord_that_falls_silent(
    launcher: Launcher, discord_server: DiscordServer, operations: OperationsClient
) -> None:
    gateway = discord_server.gateway
    gateway.heartbeat_seconds = 0.5
    bot = prepare_discord(launcher, discord_server, operations, **{SILENCE: 3})
    await bot.start(DISCORD_TOKEN=discord.TOKEN)
    await operations.wait_until(200)
    gateway.acknowledges = False
    await operations.wait_until(503, "discord", "connected, but silent for")
    gateway.acknowledges = True
    await operations.wait_until(200)


async def test_platform_that_refuses_the_token_beside_one_that_does_not(
    launcher: Launcher,
    discord_server: DiscordServer,
    telegram_server: TelegramServer,
    operations: OperationsClient,
) -> None:
    bot = launcher(discord=discord_server, telegram=telegram_server, **{LISTEN: operations.address})
    await bot.start(DISCORD_TOKEN="wrong", TELEGRAM_TOKEN=telegram.TOKEN)
    readiness = await operations.wait_until(503, "discord", "ended")
    await operations.wait_until(503, "telegram")
    assert readiness["checks"]["database"] == "ok"


async def test_telegram_that_fails_for_long(
    launcher: Launcher, telegram_server: TelegramServer, operations: OperationsClient
) -> None:
    bot = prepare_telegram(launcher, telegram_server, operations)
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await operations.wait_until(200, "telegram")
    assert (await bot.call("health")).out == "ok: telegram, database, model\n"
    telegram_server.refusals.extend([Refusal("getUpdates", 502)] * 2)
    telegram_server.send_message("haha")  # ends the poll that waits
    await operations.wait_until(503, "telegram", "not connected")
    await operations.wait_for_metric(0, "emoji_reactor_connected", platform="telegram")
    await telegram_server.wait_for_calls("getUpdates", 4)
    telegram_server.send_message("haha")
    await operations.wait_until(200)
    assert await operations.metric("emoji_reactor_reconnects_total", platform="telegram") == 1


async def test_telegram_whose_polls_hang(
    launcher: Launcher, telegram_server: TelegramServer, operations: OperationsClient
) -> None:
    bot = prepare_telegram(launcher, telegram_server, operations, **{SILENCE: 4})
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    for _ in range(5):  # longer than the silence that is allowed
        await asyncio.sleep(1)
        telegram_server.send_message("haha")
    await operations.wait_until(200, "telegram")
    telegram_server.answering_polls.clear()
    await operations.wait_until(503, "telegram", "silent for")
    telegram_server.answering_polls.set()
    telegram_server.send_message("haha")
    await operations.wait_until(200)
    assert bot.running


async def test_metrics_of_telegram(
    launcher: Launcher, telegram_server: TelegramServer, operations: OperationsClient
) -> None:
    bot = prepare_telegram(launcher, telegram_server, operations, **{"log.level": "debug"})
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await telegram_server.polling()
    message = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(message)
    telegram_server.react(message, BOB, [], ["🤣"])
    await operations.wait_for_metric(
        1, "emoji_reactor_feedback_total", kind="agree", source="reaction", withdrawn="false"
    )
    telegram_server.refusals.append(Refusal("setMessageReaction", 429, retry_after=1))
    await telegram_server.reaction_calls(telegram_server.send_message("haha"), 2)
    limited = await operations.metric(
        "emoji_reactor_rate_limited_responses_total", platform="telegram"
    )
    assert limited == 1
    assert "haha" not in (await operations.get("/metrics"))[1]


async def test_database_file_that_goes_and_comes_back(
    launcher: Launcher, telegram_server: TelegramServer, operations: OperationsClient
) -> None:
    bot = prepare_telegram(launcher, telegram_server, operations)
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await operations.wait_until(200)
    away = bot.database.rename(bot.database.with_name("away.db"))
    await operations.wait_until(503, "database", "removed or replaced")
    assert await operations.get("/healthz") == (200, "ok\n")
    away.rename(bot.database)
    await operations.wait_until(200)


class Proxy:
    """A TCP proxy before PostgreSQL that can be cut."""

    def __init__(self) -> None:
        self.address = free_address()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        host, port = self.address.split(":")
        self._server = await asyncio.start_server(self._serve, host, int(port))

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = SERVER.split(":")
        upstream = await asyncio.open_connection(host, int(port))
        self._writers |= {writer, upstream[1]}
        await asyncio.gather(self._pump(reader, upstream[1]), self._pump(upstream[0], writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    opened = Proxy()
    await opened.open()
    yield opened
    await opened.cut()


async def test_postgresql_that_goes_and_comes_back(
    launcher: Launcher,
    telegram_server: TelegramServer,
    operations: OperationsClient,
    proxy: Proxy,
) -> None:
    manager = temporary_database("health")
    url = await asyncio.to_thread(manager.__enter__)
    try:
        through = url.replace(SERVER, proxy.address)
        bot = prepare_telegram(launcher, telegram_server, operations, **{"database.url": through})
        await bot.start(TELEGRAM_TOKEN=telegram.TOKEN, EMOJI_REACTOR_SECRET="0123456789abcdef")
        await operations.wait_until(200)
        await proxy.cut()
        readiness = await operations.wait_until(503, "telegram")
        assert readiness["checks"]["database"] != "ok"
        await proxy.open()
        await operations.wait_until(200)
        assert await bot.stop() == 0
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


async def test_model_that_is_missing(
    launcher: Launcher,
    telegram_server: TelegramServer,
    operations: OperationsClient,
    tmp_path: Path,
) -> None:
    missing = {"model.source": str(tmp_path / "nothing")}
    bot = prepare_telegram(launcher, telegram_server, operations, **missing)
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    assert await bot.wait() == 1
    ended = await bot.call("health")
    assert (ended.status, ended.out) == (1, "")
    assert "is it running?" in ended.err


async def test_a_stopped_process_is_not_alive(
    launcher: Launcher, telegram_server: TelegramServer, operations: OperationsClient
) -> None:
    bot = prepare_telegram(launcher, telegram_server, operations)
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await operations.wait_until(200)
    bot.send_signal(signal.SIGSTOP)
    ended = await bot.call("health", "--live")
    bot.send_signal(signal.SIGCONT)
    assert ended.status == 1
    assert "timed out" in ended.err


async def test_address_that_is_taken_ends_with_one_line(
    launcher: Launcher, telegram_server: TelegramServer, operations: OperationsClient
) -> None:
    host, port = operations.address.split(":")
    with socket.create_server((host, int(port))):
        bot = prepare_telegram(launcher, telegram_server, operations)
        await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
        assert await bot.wait() == 1
    assert f"operations.listen: cannot listen on {operations.address}" in bot.output
    assert not bot.database.exists()


@asynccontextmanager
async def notifications(path: Path) -> AsyncIterator[asyncio.Queue[str]]:
    """Play systemd: listen for notifications."""
    received: asyncio.Queue[str] = asyncio.Queue()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.setblocking(False)
        loop = asyncio.get_running_loop()
        loop.add_reader(listener, lambda: received.put_nowait(listener.recv(4096).decode()))
        yield received
        loop.remove_reader(listener)


async def test_the_service_manager_is_notified(
    launcher: Launcher,
    telegram_server: TelegramServer,
    operations: OperationsClient,
    tmp_path: Path,
) -> None:
    bot = prepare_telegram(launcher, telegram_server, operations)
    path = tmp_path / "notify"
    async with notifications(path) as received, asyncio.timeout(20):
        await bot.start(
            TELEGRAM_TOKEN=telegram.TOKEN, NOTIFY_SOCKET=str(path), WATCHDOG_USEC="600000"
        )
        assert [await received.get() for _ in range(3)] == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
        assert await bot.stop() == 0
        rest = [received.get_nowait() for _ in range(received.qsize())]
        assert rest[-1] == "STOPPING=1"


async def test_a_silence_is_logged_with_its_reason(
    launcher: Launcher, telegram_server: TelegramServer, operations: OperationsClient
) -> None:
    settings = {"log.level": "debug", "reactions.chance": 0.0}
    bot = prepare_telegram(launcher, telegram_server, operations, **settings)
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await telegram_server.polling()
    telegram_server.send_message("1, 2, 3")
    message = telegram_server.send_message(f"haha, {SECRET}")
    await bot.wait_for_output(": sampled_out")
    assert re.search(r"no reaction on telegram message \w{12}: irrelevant", bot.output)
    found = re.search(r"no reaction on telegram message (\w{12}): sampled_out", bot.output)
    assert found
    replied = {"message_id": message, "date": 1, "chat": chat(GROUP), "text": "haha"}
    asked = telegram_server.send_message("/why", reply_to_message=replied)
    (call,) = await telegram_server.replies_to(asked)
    assert call.text.endswith(f"In the log: {found[1]}")
    assert SECRET not in bot.output

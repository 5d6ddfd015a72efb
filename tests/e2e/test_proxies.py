"""A proxy of the settings, with odd conventions in the environment."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from tests.e2e.conftest import Launcher
from tests.e2e.discord_server import TOKEN as DISCORD_TOKEN
from tests.e2e.discord_server import DiscordServer
from tests.e2e.telegram_server import TOKEN, TelegramServer

ODD = {
    "ALL_PROXY": "socks5://user:zanzibar@127.0.0.1:1",
    "all_proxy": "socks5://user:zanzibar@127.0.0.1:1",
    "no_proxy": "",
}


class Proxy:
    """An HTTP proxy that passes plain requests on."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.url = ""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.hosts.append(request.host)
        async with (
            ClientSession(auto_decompress=False) as session,
            session.request(
                request.method,
                request.url,
                headers={k: v for k, v in request.headers.items() if k.lower() != "proxy-auth"},
                data=await request.read(),
            ) as answer,
        ):
            kept = {k: answer.headers[k] for k in ("Content-Type", "Date") if k in answer.headers}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    started = Proxy()
    runner = web.ServerRunner(web.Server(started.handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    started.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield started
    await runner.cleanup()


async def test_telegram_is_reached_through_the_proxy(
    launcher: Launcher, telegram_server: TelegramServer, proxy: Proxy
) -> None:
    bot = launcher(telegram=telegram_server, **{"network.proxy": proxy.url})
    await bot.start(TELEGRAM_TOKEN=TOKEN, **ODD | {"NO_PROXY": "example.org,fe80::/10"})
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert await bot.stop() == 0
    assert len(proxy.hosts) >= 3
    assert "zanzibar" not in bot.output


async def test_a_socks_proxy_and_an_odd_no_proxy_end_nothing(
    launcher: Launcher, telegram_server: TelegramServer, discord_server: DiscordServer
) -> None:
    bot = launcher(telegram=telegram_server, discord=discord_server)
    odd = ODD | {"NO_PROXY": "example.org,fe80::/10"}
    await bot.start(TELEGRAM_TOKEN=TOKEN, DISCORD_TOKEN=DISCORD_TOKEN, **odd)
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    await discord_server.gateway.ready()
    await discord_server.reaction_requests(await discord_server.send_message("funny"))
    assert await bot.stop() == 0
    assert bot.output.count("is not used: connections are direct") == 1
    assert "zanzibar" not in bot.output
    report = await bot.call("doctor", "--json", TELEGRAM_TOKEN=TOKEN, **odd)
    assert "telegram.token" in report.out
    assert "mistake in the program" not in report.out + report.err

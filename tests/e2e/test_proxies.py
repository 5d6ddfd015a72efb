"""A proxy of the settings, with odd conventions in the environment."""

import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from tests.e2e.conftest import Launcher
from tests.e2e.discord_server import TOKEN as DISCORD_TOKEN
from tests.e2e.discord_server import DiscordServer
from tests.e2e.forward_proxy import USER, ForwardProxy
from tests.e2e.telegram_payloads import TOKEN
from tests.e2e.telegram_server import TelegramServer

ODD = {
    "ALL_PROXY": "socks5://user:zanzibar@127.0.0.1:1",
    "all_proxy": "socks5://user:zanzibar@127.0.0.1:1",
    "no_proxy": "",
    "NO_PROXY": "example.org,fe80::/10",
}


@pytest.fixture
async def proxy() -> AsyncIterator[ForwardProxy]:
    started = ForwardProxy(authenticates=True)
    await started.start()
    yield started
    await started.close()


@pytest.fixture
async def secure_discord(tmp_path: Path) -> AsyncIterator[tuple[DiscordServer, Path]]:
    """Fake Discord behind TLS, and the file with the authority that it is certified by."""
    authority, trusted = trustme.CA(), tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = DiscordServer()
    await server.start(context)
    yield server, trusted
    await server.close()
    assert server.errors == []


async def test_both_platforms_are_reached_through_the_proxy(
    launcher: Launcher,
    telegram_server: TelegramServer,
    secure_discord: tuple[DiscordServer, Path],
    proxy: ForwardProxy,
) -> None:
    discord, trusted = secure_discord
    url = f"http://{USER}:pa%20ss@127.0.0.1:{proxy.port}"
    bot = launcher(telegram=telegram_server, discord=discord, **{"network.proxy": url})
    trust = {"SSL_CERT_FILE": str(trusted)}
    await bot.start(TELEGRAM_TOKEN=TOKEN, DISCORD_TOKEN=DISCORD_TOKEN, **ODD, **trust)
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    await discord.gateway.ready()
    await discord.reaction_requests(await discord.send_message("funny"))
    assert await bot.stop() == 0
    tunnel = f"CONNECT {discord.origin.removeprefix('https://')}"
    assert proxy.requests.count(tunnel) >= 2  # requests, and the gateway
    assert any(request.endswith("/getMe") for request in proxy.requests)
    assert len(discord.gateway.received.entries) > 0
    for secret in ("zanzibar", "pa%20ss", "pa ss"):
        assert secret not in bot.output


async def test_an_environment_with_no_other_proxy_than_socks_is_refused_by_name(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN, **ODD)
    assert await bot.wait() == 2
    report = await bot.call("doctor", "--json", TELEGRAM_TOKEN=TOKEN, **ODD)
    assert report.status == 1
    checks = json.loads(report.out)["checks"]
    assert [each["check"] for each in checks if each["status"] == "failed"] == ["network.proxy"]
    assert not telegram_server.calls.entries
    for output in (bot.output, report.out):
        assert "ALL_PROXY is no http:// address, and SOCKS is not supported" in output
        assert "zanzibar" not in output
        assert "Traceback" not in output

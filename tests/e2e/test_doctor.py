"""``emoji-reactor doctor`` as a process: problems on loopback servers, with their remedies."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.adapters.discord.permissions import REQUIRED, invite_url
from tests.cli.conftest import CommandResult
from tests.e2e import discord_server as discord
from tests.e2e import telegram_payloads as telegram
from tests.e2e.conftest import Launcher
from tests.e2e.discord_payloads import BOT, CONTENT, guild
from tests.e2e.discord_server import DiscordServer
from tests.e2e.process import BotProcess
from tests.e2e.telegram_calls import Refusal
from tests.e2e.telegram_server import TelegramServer

Checks = Mapping[str, Mapping[str, str]]

LOCAL = ("settings", "secrets", "pseudonyms", "database", "disk", "model")
ON_DISCORD = ("token", "intents", "commands", "invite", "servers")
ON_TELEGRAM = ("token", "privacy", "joining", "clock", "webhook")
URL = "https://bot.example.org/very-secret-path"


def checks(result: CommandResult) -> Checks:
    """Return the checks of a report by name."""
    assert result.err == ""
    report = json.loads(result.out)
    statuses = [check["status"] for check in report["checks"]]
    order = ("ok", "warning", "failed")
    assert report["status"] == max(statuses, key=order.index)
    assert result.status == (1 if "failed" in statuses else 0)
    for token in (discord.TOKEN, telegram.TOKEN, telegram.TOKEN.split(":")[1]):
        assert token not in result.out
    return {check["check"]: check for check in report["checks"]}


async def on_discord(bot: BotProcess, token: str = discord.TOKEN) -> Checks:
    return checks(await bot.call("doctor", "--json", DISCORD_TOKEN=token))


async def on_telegram(
    bot: BotProcess, *arguments: str, token: str = telegram.TOKEN
) -> Mapping[str, Mapping[str, str]]:
    return checks(await bot.call("doctor", "--json", *arguments, TELEGRAM_TOKEN=token))


@pytest.fixture
def both(
    launcher: Launcher, discord_server: DiscordServer, telegram_server: TelegramServer
) -> BotProcess:
    """Give a configuration for both, nothing started."""
    return launcher(discord=discord_server, telegram=telegram_server)


async def test_every_passed_check_is_one_line(both: BotProcess) -> None:
    tokens = {"DISCORD_TOKEN": discord.TOKEN, "TELEGRAM_TOKEN": telegram.TOKEN}
    result = await both.call("doctor", **tokens)
    assert (result.status, result.err) == (0, "")
    lines = [line.split(maxsplit=2) for line in result.out.splitlines()]
    assert [line[:2] for line in lines] == [
        *(["ok", check] for check in LOCAL),
        *(["ok", f"discord.{check}"] for check in ON_DISCORD),
        *(["ok", f"telegram.{check}"] for check in ON_TELEGRAM),
        ["ok", "matrix"],
    ]
    assert f'application is "Emoji Reactor", {BOT}' in result.out
    assert f"open {invite_url(int(BOT))}" in result.out
    assert f"the bot is @{telegram.USERNAME}" in result.out
    # Nobody was written to, nothing was taken, and nothing was made.
    assert not both.database.exists()
    for token in tokens.values():
        assert token not in result.out


async def test_a_clock_that_is_wrong_is_reported(
    both: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.clock_offset = -600
    report = (await on_telegram(both))["telegram.clock"]
    assert report["status"] == "warning"
    assert "s ahead of Telegram's" in report["message"]


async def test_the_checks_send_no_changes_to_discord(
    both: BotProcess, discord_server: DiscordServer
) -> None:
    await on_discord(both)
    assert {request.method for request in discord_server.requests.entries} == {"GET"}
    assert discord_server.gateway.received.entries == []


async def test_a_disabled_intent_has_a_remedy(
    both: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.application["flags"] = 0
    report = (await on_discord(both))["discord.intents"]
    assert report["status"] == "warning"
    assert f"applications/{BOT}/bot, turn Message Content Intent on" in report["remedy"]
    discord_server.application["flags"] = CONTENT
    assert (await on_discord(both))["discord.intents"]["status"] == "ok"


async def test_a_foreign_endpoint_and_a_disabled_invitation_are_reported(
    both: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.application["interactions_endpoint_url"] = URL
    discord_server.application["bot_require_code_grant"] = True
    report = await on_discord(both)
    assert "Interactions Endpoint URL" in report["discord.commands"]["remedy"]
    assert "OAuth2 Code Grant off" in report["discord.invite"]["remedy"]
    assert URL not in json.dumps(report)


async def test_servers_with_missing_permissions_are_named(
    both: BotProcess, discord_server: DiscordServer
) -> None:
    lacking = REQUIRED.value & ~(1 << 6)  # add reactions
    servers = [guild(str(number)) for number in range(1, 301)]  # more than one page of them
    for server in servers[-5:]:
        server["name"] = f"Ser\x1bver {server['id']}"
        server["roles"][0]["permissions"] = str(lacking)
    discord_server.gateway.guilds = servers
    report = (await on_discord(both))["discord.servers"]
    assert report["status"] == "warning"
    assert report["message"] == (
        'in 300 servers: "Server 296" (296) does not let it add reactions; "Server 297" (297) does'
        ' not let it add reactions; "Server 298" (298) does not let it add reactions; and 2 more'
    )
    assert invite_url(int(BOT)) in report["remedy"]
    servers[-1]["roles"][0]["permissions"] = str(1 << 3)  # an administrator may do all
    assert "and 1 more" in (await on_discord(both))["discord.servers"]["message"]


async def test_without_servers_the_invitation_link_is_shown(
    both: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.gateway.guilds.clear()
    report = (await on_discord(both))["discord.servers"]
    assert (report["status"], invite_url(int(BOT)) in report["remedy"]) == ("warning", True)


async def test_refused_tokens_are_named_and_not_quoted(both: BotProcess) -> None:
    wrong = {"DISCORD_TOKEN": "wrong-token-of-discord", "TELEGRAM_TOKEN": "1:wrong-of-telegram"}
    result = await both.call("doctor", "--json", **wrong)
    report = checks(result)
    assert report["discord.token"]["message"] == "Discord refused the token"
    assert "Reset Token" in report["discord.token"]["remedy"]
    assert report["telegram.token"]["message"] == "Telegram refused the token"
    assert "/token" in report["telegram.token"]["remedy"]
    assert "wrong" not in result.out


async def test_unreachable_platforms_are_not_reported_as_invalid_tokens(
    launcher: Launcher,
) -> None:
    nowhere = "http://127.0.0.1:9"
    bot = launcher(**{"discord.api_base": f"{nowhere}/api/v10", "telegram.base_url": nowhere})
    result = await bot.call(
        "doctor", "--json", DISCORD_TOKEN=discord.TOKEN, TELEGRAM_TOKEN=telegram.TOKEN
    )
    report = checks(result)
    assert report["discord.connection"]["message"].startswith("no answer from Discord (Client")
    assert report["telegram.connection"]["message"] == "no answer from Telegram (network)"
    assert not {"discord.token", "telegram.token"} & report.keys()


async def test_without_tokens_nothing_to_run_is_reported(both: BotProcess) -> None:
    report = checks(await both.call("doctor", "--json"))
    assert report["platforms"]["status"] == "failed"
    assert report["discord"]["message"] == "not used: DISCORD_TOKEN is not set"
    assert [check["status"] for name, check in report.items() if name in LOCAL] == ["ok"] * len(
        LOCAL
    )


async def test_group_privacy_and_groups_at_botfather(
    both: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.reads_all_messages = telegram_server.can_join_groups = False
    report = await on_telegram(both)
    assert report["telegram.privacy"]["status"] == report["telegram.joining"]["status"] == "warning"
    assert (
        f"/setprivacy to @BotFather, choose @{telegram.USERNAME}, press Disable"
        in (report["telegram.privacy"]["remedy"])
    )
    assert "/setjoingroups" in report["telegram.joining"]["remedy"]


async def test_business_accounts_that_cannot_connect_have_a_remedy(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server, **{"telegram.business_replies": True})
    assert (await on_telegram(bot))["telegram.business"]["status"] == "ok"
    telegram_server.can_connect_to_business = False
    found = (await on_telegram(bot))["telegram.business"]
    assert found["status"] == "warning"
    assert "turn Business Mode on" in found["remedy"]


async def test_a_webhook_prevents_polling(
    both: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.webhook = URL
    report = await on_telegram(both, "--poll")
    assert report["telegram.webhook"]["message"].startswith("bot.example.org gets the updates, not")
    assert "telegram.pollers" not in report
    assert "very-secret-path" not in json.dumps(report)


async def test_a_webhook_that_differs_from_the_settings(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server, **{"telegram.webhook_url": URL})

    async def webhook_check() -> tuple[str, str]:
        found = (await on_telegram(bot))["telegram.webhook"]
        assert "very-secret-path" not in json.dumps(found)
        return found["status"], found["message"]

    assert await webhook_check() == ("warning", "nothing is registered, not bot.example.org")
    telegram_server.webhook = "https://other.example.org/"
    assert await webhook_check() == (
        "warning",
        "other.example.org gets the updates, not bot.example.org",
    )
    telegram_server.webhook, telegram_server.subscribed = URL, ["message"]
    status, words = await webhook_check()
    assert status == "warning"
    assert words.startswith("Telegram does not send ")
    assert "message_reaction" in words


async def test_a_webhook_that_a_running_bot_registered(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    settings = {"telegram.webhook_url": URL, "telegram.webhook_listen": "127.0.0.1:0"}
    bot = launcher(telegram=telegram_server, **settings)
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await bot.wait_for_output("Telegram is connected")
    assert (await on_telegram(bot))["telegram.webhook"] == {
        "check": "telegram.webhook",
        "status": "ok",
        "message": "bot.example.org gets the updates; waiting updates: 0",
        "remedy": "",
    }
    telegram_server.last_webhook_error = (int(time.time()), "Wrong response: 502 Bad Gateway")
    found = (await on_telegram(bot))["telegram.webhook"]
    assert (found["status"], "502 Bad Gateway; waiting updates: 0" in found["message"]) == (
        "warning",
        True,
    )
    telegram_server.send_message("zanzibar")
    found = (await on_telegram(bot))["telegram.webhook"]
    assert (found["status"], "; waiting updates: 1" in found["message"]) == ("failed", True)
    telegram_server.last_webhook_error = (
        int(time.time()) - 7200,
        "Wrong response: 502 Bad Gateway",
    )
    assert (await on_telegram(bot))["telegram.webhook"]["status"] == "ok"


async def test_a_webhook_url_that_telegram_refuses(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    address = "https://bot.example.org:8080/hook"
    bot = launcher(telegram=telegram_server, **{"telegram.webhook_url": address})
    found = (await on_telegram(bot))["telegram.webhook"]
    assert (found["status"], "80, 88, 443, 8443" in found["remedy"]) == ("failed", True)


async def test_another_poller_is_reported_and_not_disturbed(
    both: BotProcess, telegram_server: TelegramServer
) -> None:
    await both.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await telegram_server.polling()
    assert "telegram.pollers" not in await on_telegram(both)
    found = (await on_telegram(both, "--poll"))["telegram.pollers"]
    assert (found["status"], found["message"]) == (
        "warning",
        "another process polls with this token",
    )
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert await both.stop() == 0


async def test_groups_without_admin_rights_are_reported(
    both: BotProcess, telegram_server: TelegramServer
) -> None:
    await both.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    found = (await on_telegram(both))["telegram.groups"]
    assert (found["status"], found["message"]) == (
        "ok",
        "an admin in each of the 1 groups that it is in",
    )
    telegram_server.statuses[telegram.BOT] = "member"
    found = (await on_telegram(both))["telegram.groups"]
    assert found["status"] == "warning"
    assert found["message"].startswith('no admin in 1 of 1 groups: "Group"; it reacts there')
    assert "Add Admin" in found["remedy"]
    telegram_server.statuses[telegram.BOT] = "kicked"
    assert (await on_telegram(both))["telegram.groups"]["status"] == "ok"
    telegram_server.refusals.append(Refusal("getChatMember", 400, "chat not found"))
    assert (await on_telegram(both))["telegram.groups"]["status"] == "ok"
    assert await both.stop() == 0


@pytest.mark.slow
async def test_no_other_poller_is_reported(
    both: BotProcess, telegram_server: TelegramServer
) -> None:
    found = (await on_telegram(both, "--poll"))["telegram.pollers"]
    assert found["message"] == "no other process polls with this token"
    telegram_server.send_message("zanzibar")
    found = (await on_telegram(both, "--poll"))["telegram.pollers"]
    assert found["message"] == "no other process fetches the waiting updates: 1"


async def test_a_used_database_and_one_that_lost_its_secret(
    both: BotProcess, telegram_server: TelegramServer
) -> None:
    await both.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    running = await on_telegram(both)
    assert running["database"]["message"].endswith("the newest; it can be written")
    assert await both.stop() == 0
    secret = Path(f"{both.database}.secret")
    secret.chmod(0o644)
    both.database.parent.chmod(0o755)
    found = (await on_telegram(both))["secrets"]
    assert (found["status"], found["remedy"]) == ("warning", f"chmod 600 {secret}")
    secret.unlink()
    found = (await on_telegram(both))["pseudonyms"]
    assert (found["status"], "earlier opt-outs" in found["message"]) == ("warning", True)
    assert both.query("select count(*) from community where platform = 'doctor'") == [(0,)]

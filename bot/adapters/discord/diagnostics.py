"""Diagnostics of Discord, by a few requests without a gateway connection."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.adapters.discord.endpoints import DEVELOPER_PORTAL, configure, requests_client
from bot.adapters.discord.permissions import invite_url, missing
from bot.config.settings import Settings
from bot.core.diagnostic import Diagnostic, failed, ok, warning

TIMEOUT_SECONDS = 15.0
PAGE_SIZE = 200
"""Servers in one response, as many as Discord returns."""
MAX_NAMED = 3


async def diagnose(
    settings: Settings, token: str, *, groups: Sequence[str] = (), listen: bool = False
) -> list[Diagnostic]:
    """Check the token, the intents, the commands and the servers. Never raises.

    ``groups`` and ``listen`` are for other platforms.
    """
    configure(settings.discord)
    logging.getLogger("discord").setLevel(logging.CRITICAL)  # failures are reported below
    client = requests_client(settings.discord, settings.network.proxy)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS), client:
            await client.login(token)
            servers = await _servers(client)
    except discord.LoginFailure:
        remedy = f"open {DEVELOPER_PORTAL}, choose the application, and under Bot press Reset Token"
        return [failed("discord.token", "Discord refused the token", remedy)]
    except Exception as error:
        message = f"no answer from Discord ({_cause(error)})"
        remedy = "check that this machine reaches discord.com, then ask again"
        return [failed("discord.connection", message, remedy)]
    application = client.application
    if application is None:  # a login without one does not happen
        return [
            failed(
                "discord.token", "the token belongs to no application", f"see {DEVELOPER_PORTAL}"
            )
        ]
    return [
        ok("discord.token", f"the application is {_name(application.name)}, {application.id}"),
        _intents(application),
        _commands(application),
        _invite(application),
        _access(servers, application.id),
    ]


async def _servers(client: discord.Client) -> list[Mapping[str, Any]]:
    """Return all servers of the bot with its permissions, as Discord describes them."""
    found: list[Mapping[str, Any]] = []
    while True:
        after = found[-1]["id"] if found else None
        page = await client.http.get_guilds(PAGE_SIZE, after=after, with_counts=False)
        found.extend(page)
        if len(page) < PAGE_SIZE:
            return found


def _intents(application: discord.AppInfo) -> Diagnostic:
    flags = application.flags
    # Bots that Discord has not reviewed get the limited flag, which works as well.
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return ok("discord.intents", "the Message Content Intent is on")
    return warning(
        "discord.intents",
        "the Message Content Intent is off: the bot sees only private messages and mentions",
        f"open {DEVELOPER_PORTAL}/{application.id}/bot, turn Message Content Intent on under"
        " Privileged Gateway Intents, press Save Changes, and restart the bot",
    )


def _commands(application: discord.AppInfo) -> Diagnostic:
    if not application.interactions_endpoint_url:
        return ok("discord.commands", "slash commands and buttons come to the bot")
    return warning(
        "discord.commands",
        "slash commands and buttons go to another address",
        f"open {DEVELOPER_PORTAL}/{application.id}/information, empty Interactions Endpoint URL"
        " and press Save Changes",
    )


def _invite(application: discord.AppInfo) -> Diagnostic:
    if application.bot_require_code_grant:
        return warning(
            "discord.invite",
            "the bot cannot be added to a server by a link alone",
            f"open {DEVELOPER_PORTAL}/{application.id}/bot, turn Requires OAuth2 Code Grant off and"
            " press Save Changes",
        )
    whom = "" if application.bot_public else "; only the application's owner can"
    return ok(
        "discord.invite", f"to add the bot to a server, open {invite_url(application.id)}{whom}"
    )


def _access(servers: Sequence[Mapping[str, Any]], application: int) -> Diagnostic:
    if not servers:
        remedy = f"open {invite_url(application)}, choose yours and press Authorize"
        return warning("discord.servers", "the bot is in no server", remedy)
    short = [
        f"{_name(server['name'])} ({server['id']}) does not let it {', '.join(names)}"
        for server in servers
        if (names := missing(discord.Permissions(int(server["permissions"]))))
    ]
    counted = f"{len(servers)} server{'s' if len(servers) > 1 else ''}"
    if not short:
        return ok("discord.servers", f"in {counted}; single channels may still forbid something")
    more = f"; and {len(short) - MAX_NAMED} more" if len(short) > MAX_NAMED else ""
    return warning(
        "discord.servers",
        f"in {counted}: {'; '.join(short[:MAX_NAMED])}{more}",
        "grant it there under Server Settings > Roles, to the bot's role, or open"
        f" {invite_url(application)} once more",
    )


def _name(given: str) -> str:
    """Return a name in quotes, without characters that could disturb a terminal."""
    return '"' + "".join(letter for letter in given if letter.isprintable()) + '"'


def _cause(error: Exception) -> str:
    if isinstance(error, discord.HTTPException):
        return f"status {error.status}"
    if isinstance(error, TimeoutError):
        return "no response in time"
    return type(error).__name__

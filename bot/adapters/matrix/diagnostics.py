"""Diagnostics of Matrix, by requests that change nothing."""

import asyncio
from collections.abc import Sequence

from bot.adapters.matrix.gateway import INVALID_TOKEN, Gateway
from bot.config.settings import Settings
from bot.core.connection import Connection
from bot.core.diagnostic import Diagnostic, failed, ok, warning
from bot.core.errors import PlatformRefused

TIMEOUT_SECONDS = 15.0


async def diagnose(
    settings: Settings, token: str, *, groups: Sequence[str] = (), listen: bool = False
) -> list[Diagnostic]:
    """Check the token and the rooms. Never raises.

    ``groups`` and ``listen`` are for other platforms.
    """
    gateway = Gateway(settings.matrix, token, Connection(), settings.network.proxy)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await _examine(gateway)
    except Exception as error:
        cause = error.reason if isinstance(error, PlatformRefused) else type(error).__name__
        if cause == INVALID_TOKEN:
            remedy = "log in with the bot's account, and copy its access token once more"
            return [failed("matrix.token", "the homeserver refused the token", remedy)]
        remedy = "check matrix.homeserver, and that this machine reaches it, then ask again"
        return [failed("matrix.connection", f"no answer from the homeserver ({cause})", remedy)]
    finally:
        await gateway.client.close()


async def _examine(gateway: Gateway) -> list[Diagnostic]:
    await gateway.ask(gateway.client.whoami)
    count = len((await gateway.ask(gateway.client.joined_rooms)).rooms)
    token = ok("matrix.token", f"the bot is {gateway.user}")
    if not count:
        remedy = f"invite {gateway.user} to a room without encryption"
        return [token, warning("matrix.rooms", "the bot is in no room", remedy)]
    return [token, ok("matrix.rooms", f"rooms: {count}; encrypted ones it cannot read")]

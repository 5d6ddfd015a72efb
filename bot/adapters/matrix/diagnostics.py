"""Diagnostics of Matrix, by requests that change nothing."""

import asyncio
from collections.abc import Sequence

from bot.adapters.matrix.gateway import INVALID_TOKEN, Gateway
from bot.config.settings import Settings
from bot.core.connection import Connection
from bot.core.diagnostic import Diagnostic, failed, ok, warning
from bot.core.errors import EmojiReactorError, PlatformRefused

TIMEOUT_SECONDS = 15.0


async def diagnose(
    settings: Settings, token: str, *, groups: Sequence[str] = (), listen: bool = False
) -> list[Diagnostic]:
    """Check the token and the rooms. Never raises.

    ``groups`` and ``listen`` are for other platforms.
    """
    homeserver = settings.matrix.homeserver
    if homeserver is None:
        remedy = "give the https address of the bot's homeserver as matrix.homeserver"
        return [failed("matrix.homeserver", "matrix.homeserver is not set", remedy)]
    try:
        gateway = Gateway(homeserver, token, Connection(), settings.network.proxy)
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await _examine(gateway)
        finally:
            await gateway.client.close()
    except Exception as error:
        if isinstance(error, PlatformRefused) and error.reason == INVALID_TOKEN:
            remedy = "log in with the bot's account, and copy its access token once more"
            return [failed("matrix.token", "the homeserver refused the token", remedy)]
        cause = str(error) if isinstance(error, EmojiReactorError) else type(error).__name__
        remedy = "check matrix.homeserver, and that this machine reaches it, then ask again"
        return [failed("matrix.connection", f"no answer from the homeserver ({cause})", remedy)]


async def _examine(gateway: Gateway) -> list[Diagnostic]:
    client = gateway.client
    await gateway.request(client.whoami, once=True)
    joined = await gateway.request(client.joined_rooms, once=True)
    token, count = ok("matrix.token", f"the bot is {gateway.user}"), len(joined.rooms)
    if not count:
        remedy = f"invite {gateway.user} to a room without encryption"
        return [token, warning("matrix.rooms", "the bot is in no room", remedy)]
    return [token, ok("matrix.rooms", f"rooms: {count}; encrypted ones it cannot read")]

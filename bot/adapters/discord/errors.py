"""Names of the errors with which Discord refuses a call."""

from collections.abc import Mapping

import aiohttp
from discord import DiscordServerError, HTTPException, RateLimited

from bot.adapters.discord.endpoints import DEVELOPER_PORTAL

TOKEN_REFUSED = (
    f"Discord refused the token; copy the current one from {DEVELOPER_PORTAL} > Bot > Token"
)

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
UNKNOWN_EMOJI = "unknown_emoji"
_BY_CODE: Mapping[int, str] = {
    10003: "chat_gone",
    10008: "message_gone",
    10014: UNKNOWN_EMOJI,
    30010: "reactions_full",
    50001: "forbidden",
    50007: "forbidden",
    50013: "forbidden",
    50083: "archived_thread",
    90001: "blocked",
}
_BY_STATUS: Mapping[int, str] = {403: "forbidden", 429: "rate_limited"}


def error_name(error: Exception) -> str:
    """Return a short machine-readable name for what went wrong."""
    match error:
        case HTTPException():
            by_status = _BY_STATUS.get(error.status, f"http_{error.status}")
            return _BY_CODE.get(error.code, by_status)
        case RateLimited():
            return "rate_limited"
        case TimeoutError():
            return "too_late"
        case aiohttp.ClientError() | OSError():
            return "network"
        case _:
            return "error"


def is_unreachable(error: Exception) -> bool:
    """Return True if Discord cannot be reached or fails itself."""
    return isinstance(error, DiscordServerError) or error_name(error) == "network"

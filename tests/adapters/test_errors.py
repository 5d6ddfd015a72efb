"""Refusals have short names on both platforms; none of them quotes anything."""

from datetime import timedelta
from unittest.mock import Mock

import aiohttp
import discord
import pytest
from telegram import error as telegram

from bot.adapters.discord.errors import error_name as on_discord
from bot.adapters.telegram.errors import error_name as on_telegram


def refused(status: int, code: int = 0) -> discord.HTTPException:
    response = Mock(spec=aiohttp.ClientResponse, status=status, reason="")
    return discord.HTTPException(response, {"code": code, "message": "so funny"})


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (refused(404, 10003), "chat_gone"),
        (refused(404, 10008), "message_gone"),
        (refused(400, 10014), "unknown_emoji"),
        (refused(403, 30010), "reactions_full"),
        (refused(403, 50001), "forbidden"),
        (refused(403, 50013), "forbidden"),
        (refused(400, 50083), "archived_thread"),
        (refused(403, 90001), "blocked"),
        (refused(403), "forbidden"),
        (refused(429), "rate_limited"),
        (refused(400, 99999), "http_400"),
        (refused(503), "http_503"),
        (discord.RateLimited(1.0), "rate_limited"),
        (TimeoutError(), "too_late"),
        (aiohttp.ServerDisconnectedError(), "network"),
        (ConnectionResetError(), "network"),
        (ValueError("so funny"), "error"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_discord(error: Exception, name: str) -> None:
    assert on_discord(error) == name


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (telegram.BadRequest("REACTION_INVALID"), "reaction_invalid"),
        (telegram.BadRequest("Reaction_empty"), "reaction_invalid"),
        (telegram.BadRequest("REACTIONS_TOO_MANY"), "reactions_full"),
        (telegram.BadRequest("Message to react not found"), "message_gone"),
        (telegram.BadRequest("MESSAGE_ID_INVALID"), "message_gone"),
        (telegram.BadRequest("Chat not found"), "chat_gone"),
        (telegram.BadRequest("CHAT_ADMIN_REQUIRED"), "forbidden"),
        (telegram.BadRequest("so funny"), "http_400"),
        (telegram.Forbidden("bot was kicked"), "forbidden"),
        (telegram.RetryAfter(timedelta(seconds=3)), "rate_limited"),
        (telegram.ChatMigrated(-100), "chat_migrated"),
        (telegram.InvalidToken(), "invalid_token"),
        (telegram.TimedOut(), "too_late"),
        (TimeoutError(), "too_late"),
        (telegram.NetworkError("so funny"), "network"),
        (ValueError("so funny"), "error"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_telegram(error: Exception, name: str) -> None:
    assert on_telegram(error) == name

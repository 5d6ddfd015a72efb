"""Faults of an evening, by name; each ends by itself within seconds."""

import asyncio
import signal
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from functools import partial
from typing import Any

from tests.e2e import discord_server
from tests.e2e.discord_server import Refusal as DiscordRefusal
from tests.e2e.evening_wires import DiscordWire, TelegramWire, Wire
from tests.e2e.private_postgres import PrivatePostgres
from tests.e2e.process import BotProcess, store_away
from tests.e2e.telegram_calls import LOST_ANSWER, Refusal

FAULT_SECONDS = 0.3

Fault = Callable[[], Awaitable[object]]
_REACT, _POLL = "setMessageReaction", "getUpdates"
_MALFORMED: Mapping[str, Any] = {"message": {"message_id": 7, "date": "noon", "chat": 5}}


def telegram_faults(wire: TelegramWire) -> dict[str, Fault]:
    """Return the faults of Telegram and of the way there."""
    server = wire.server

    def refuse(*refusals: Refusal) -> Fault:
        async def fault() -> None:
            server.refusals.extend(refusals)

        return fault

    async def malformed() -> None:
        server.send_update(dict(_MALFORMED))

    async def repeated() -> None:
        server.repeats = list(range(max(1, server.last_update - 40), server.last_update + 1))

    return {
        "connection reset": refuse(Refusal(_REACT, 0), Refusal(_REACT, 0)),
        "answer lost": refuse(Refusal(_REACT, LOST_ANSWER)),
        "rate limit": refuse(Refusal(_REACT, 429, "slow", retry_after=1)),
        "server error": refuse(Refusal(_REACT, 500), Refusal(_REACT, 502)),
        "poll reset": refuse(Refusal(_POLL, 0)),
        "poll cut off": refuse(Refusal(_POLL, 200)),
        "malformed event": malformed,
        "repeated event": repeated,
        "slow platform": partial(hold, server.accepting_reactions),
    }


def discord_faults(wire: DiscordWire) -> dict[str, Fault]:
    """Return the faults of Discord and of the way there."""
    server, gateway = wire.server, wire.server.gateway

    def refuse(*refusals: DiscordRefusal) -> Fault:
        async def fault() -> None:
            server.refusals.extend(refusals)

        return fault

    async def malformed() -> None:
        await gateway.dispatch("MESSAGE_CREATE", {"id": 5, "channel_id": [], "content": {}})

    async def repeated() -> None:
        message, channel = next(reversed(wire.channels.items()))
        await server.send_message("again", channel=channel, id=message)

    def once_connected(leave: Fault) -> Fault:
        async def fault() -> None:
            await gateway.received.wait(lambda _: gateway.sessions[0].connection is not None)
            await leave()

        return fault

    return {
        "connection reset": refuse(DiscordRefusal(0)),
        "answer lost": refuse(DiscordRefusal(discord_server.LOST_ANSWER)),
        "rate limit": refuse(*[DiscordRefusal(429, retry_after=0.2)] * 3),
        "server error": refuse(DiscordRefusal(500), DiscordRefusal(502)),
        "gateway drop": once_connected(gateway.drop),
        "gateway reconnect": once_connected(gateway.reconnect),
        "malformed event": malformed,
        "repeated event": repeated,
        "slow platform": partial(hold, server.accepting_reactions),
    }


def faults_of(wire: Wire) -> dict[str, Fault]:
    """Return the faults of a platform."""
    if isinstance(wire, TelegramWire):
        return telegram_faults(wire)
    assert isinstance(wire, DiscordWire)
    return discord_faults(wire)


def sqlite_faults(bot: BotProcess) -> dict[str, Fault]:
    """Return the faults of a database file."""

    async def away() -> None:
        with store_away(bot, "prediction", "feedback", "update_claim"):
            await asyncio.sleep(FAULT_SECONDS)

    async def locked() -> None:
        with closing(sqlite3.connect(bot.database, timeout=10)) as connection:
            connection.execute("begin exclusive")
            await asyncio.sleep(FAULT_SECONDS)
            connection.rollback()

    return {"database away": away, "database locked": locked}


def postgres_faults(server: PrivatePostgres) -> dict[str, Fault]:
    """Return the faults of a database server."""

    def stopped(mode: str) -> Fault:
        async def fault() -> None:
            await server.stop(mode)
            await asyncio.sleep(FAULT_SECONDS)
            await server.start()

        return fault

    return {"database restart": stopped("fast"), "database crash": stopped("immediate")}


async def stand_still(bot: BotProcess) -> None:
    """Let the process stand still, as on a machine that is busy or asleep."""
    bot.send_signal(signal.SIGSTOP)
    await asyncio.sleep(FAULT_SECONDS)
    bot.send_signal(signal.SIGCONT)


async def hold(accepting: asyncio.Event) -> None:
    """Let requests wait."""
    accepting.clear()
    await asyncio.sleep(FAULT_SECONDS)
    accepting.set()

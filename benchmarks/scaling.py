"""Cost of a message on PostgreSQL, and what many communities need: figures for ``docs/scaling.md``.

``python -m benchmarks.scaling [--messages-a-day 200]``: messages pass through an observed service
with the shipped artifact and a PostgreSQL on this machine, and Discord servers are put into the
memory of a client. Processor time is that of the process and of the database's backends, so that
other work on the machine does not count. Linux only.
"""

import asyncio
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Annotated
from unittest.mock import Mock

import asyncpg
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from benchmarks.operations import running_service
from benchmarks.page import cpu_seconds
from benchmarks.sizing import Meter, memory_mb, transaction_count
from bot.adapters.discord.client import Client
from bot.adapters.discord.context import AdapterContext
from bot.config.sections import DiscordSettings, PrivacySettings
from bot.core.members.pseudonyms import Pseudonyms
from bot.operations.metrics import Metrics
from tests.database.postgres import temporary_database
from tests.e2e.discord_payloads import guild, own_emoji

COMMUNITIES = (1_000, 100_000, 1_000_000)
SERVERS, CHANNELS, EMOJIS = 1_000, 30, 20
"""Discord servers whose memory is measured, with so many channels and emojis each."""
SERVERS_PER_SHARD = 1_000
FEEDBACK_SHARE = 0.1
"""Feedback for each scored message."""
PEAK = 4.0
"""The busiest hour, in means of a day."""
DAY_SECONDS = 86_400
STATISTICS_SECONDS = 11.0
"""Time after which an idle backend of PostgreSQL has published its statistics."""
USED = """
select pg_current_wal_insert_lsn() - '0/0'::pg_lsn,
       (select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables),
       pg_database_size(current_database())
"""


@dataclass(frozen=True, slots=True)
class PostgresCost:
    """Mean cost of one event."""

    bot_ms: float
    """Processor time of the bot."""
    database_ms: float
    """Processor time of the database's backends."""
    transactions: float
    log_bytes: float
    """Bytes of the write-ahead log."""
    rows: float
    """Rows that were inserted, changed or deleted."""
    stored_bytes: float
    """Growth of the database."""


async def measure_costs(url: str) -> tuple[PostgresCost, PostgresCost]:
    """Return the costs of a scored message and of feedback."""
    metrics = Metrics("0")
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))

    async def totals() -> Sequence[float]:
        bot = 1000 * time.process_time(), 1000 * await _backend_seconds(connection)
        await asyncio.sleep(STATISTICS_SECONDS)
        log, rows, size = await connection.fetchrow(USED)
        return *bot, transaction_count(metrics), float(log), float(rows), float(size)

    async with running_service(url, metrics) as service:
        meter = Meter(service, totals)
        await meter.warm_up()
        scored = PostgresCost(*await meter.measure(meter.show, 0))
        feedback = PostgresCost(*await meter.measure(meter.agree, 0))
    await connection.close()
    return scored, feedback


async def _backend_seconds(connection: asyncpg.Connection) -> float:
    query = """select pid from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()"""
    return sum([cpu_seconds(row["pid"]) for row in await connection.fetch(query)])


async def measure_server_kilobytes() -> float:
    """Return the memory that one Discord server takes in a client, in kB."""
    context = AdapterContext(
        Mock(), Mock(), Pseudonyms(b"secret" * 6), DiscordSettings(), PrivacySettings()
    )
    client = Client(context, message_content=True)
    emojis = [own_emoji(str(10**6 + number), f"own_{number}") for number in range(EMOJIS)]
    channels = [str(10**3 + number) for number in range(CHANNELS)]
    before = memory_mb()
    for number in range(SERVERS):
        payload = guild(str(10**9 + number), channels) | {"emojis": emojis}
        # As the gateway sends it: no two servers share a string.
        client._connection.parsers["GUILD_CREATE"](json.loads(json.dumps(payload)))
    assert len(client.guilds) == SERVERS
    return (memory_mb() - before) * 1000 / SERVERS


def cost_table(scored: PostgresCost, feedback: PostgresCost) -> Table:
    """Return the table of the costs of one event."""
    names = ("bot CPU ms", "database CPU ms", "transactions", "log bytes", "rows", "bytes stored")
    table = Table("cost of one", "scored message", "feedback")
    for name, *values in zip(names, astuple(scored), astuple(feedback), strict=True):
        table.add_row(name, *(f"{value:,.1f}" for value in values))
    return table


def needs_table(
    scored: PostgresCost, feedback: PostgresCost, server_kilobytes: float, messages_a_day: int
) -> Table:
    """Return what communities need that have so many scored messages a day each."""
    pairs = zip(astuple(scored), astuple(feedback), strict=True)
    bot, database, _, log, rows, stored = (a + FEEDBACK_SHARE * b for a, b in pairs)
    title = f"{messages_a_day} messages a day each, {FEEDBACK_SHARE:.0%} feedback, peak {PEAK:g}x"
    table = Table("communities", *map("{:,}".format, COMMUNITIES), title=title)

    def add(name: str, value: Callable[[float, int], float]) -> None:
        cells = [
            f"{value(PEAK * count * messages_a_day / DAY_SECONDS, count):,.1f}"
            for count in COMMUNITIES
        ]
        table.add_row(name, *cells)

    add("messages a second, at the peak", lambda rate, _: rate)
    add("cores of bots, at the peak", lambda rate, _: rate * bot / 1000)
    add("cores of the database, at the peak", lambda rate, _: rate * database / 1000)
    add("log MB a second, at the peak", lambda rate, _: rate * log / 1e6)
    add("rows a second, at the peak", lambda rate, _: rate * rows)
    add("stored GB a day", lambda rate, _: rate / PEAK * DAY_SECONDS * stored / 1e9)
    add("Discord shards", lambda _, count: math.ceil(count / SERVERS_PER_SHARD))
    add("memory of Discord servers, GB", lambda _, count: count * server_kilobytes / 1e6)
    return table


def main(
    messages_a_day: Annotated[int, typer.Option(min=1, help="Of each community, scored.")] = 200,
) -> None:
    """Print two tables and the memory of a server."""
    kilobytes = asyncio.run(measure_server_kilobytes())
    with temporary_database("scaling") as url:
        costs = asyncio.run(measure_costs(url))
    console = Console()
    console.print(cost_table(*costs))
    described = f"{CHANNELS} channels and {EMOJIS} emojis"
    console.print(f"A Discord server with {described} takes {kilobytes:.0f} kB of memory.")
    console.print(needs_table(*costs, kilobytes, messages_a_day))


if __name__ == "__main__":
    run_benchmark(main)

"""From a message on Discord's wire to the bot's reaction request, at a steady rate.

``python -m benchmarks.discord_latency [--rate 50] [--seconds 20]``: the real process with the
shipped artifact against a Discord on loopback in this process, so that both share the machine. The
platform's own limits are left out: 20 channels, no ``X-RateLimit`` headers.
"""

import asyncio
import os
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from model.emoji import emoji_names
from tests.e2e.discord_payloads import guild
from tests.e2e.discord_scenario import CHANNELS
from tests.e2e.discord_server import TOKEN, DiscordServer
from tests.e2e.process import BotProcess

WARM_UP = 50
LAST_SECONDS = 10.0


def texts(count: int) -> list[str]:
    """As long as chat messages, of the words in emojis' names; each another one."""
    words = sorted(
        {word for each in emoji_names().values() for name in each for word in name.split()}
    )
    generator = random.Random(1)  # noqa: S311 - nothing secret
    return [" ".join(generator.choices(words, k=generator.randint(3, 20))) for _ in range(count)]


async def measure(rate: float, count: int, folder: Path) -> tuple[list[float], float, int]:
    """Milliseconds of each message, processor milliseconds a message, and how many went missing."""
    server = DiscordServer()
    server.gateway.guilds = [guild(channels=CHANNELS)]
    await server.start()
    settings = {
        "discord.api_base": server.api_base,
        "discord.gateway_url": server.gateway_url,
        "reactions.max_per_minute": 100_000,
        "reactions.confidence_threshold": 0.0,
        "model.source": "",
    }
    bot = BotProcess(folder, Path(), settings)
    await bot.start(DISCORD_TOKEN=TOKEN)
    try:
        await server.gateway.ready()
        await _send(server, texts(WARM_UP), rate)
        before = _processor_seconds(bot.pid)
        sent, asked = await _send(server, texts(count), rate)
        spent = _processor_seconds(bot.pid) - before
    finally:
        await bot.stop()
        await server.close()
    times = [(asked[message] - begun) * 1000 for message, begun in sent.items() if message in asked]
    return times, spent * 1000 / count, count - len(times)


async def _send(
    server: DiscordServer, given: list[str], rate: float
) -> tuple[dict[str, float], dict[str, float]]:
    """When each message was sent, and when the request for it came in."""
    sent: dict[str, float] = {}
    server.arrivals.clear()
    start = time.perf_counter()
    for index, text in enumerate(given):
        await asyncio.sleep(max(0.0, start + index / rate - time.perf_counter()))
        begun = time.perf_counter()
        sent[await server.send_message(text, channel=CHANNELS[index % len(CHANNELS)])] = begun
    end = time.perf_counter() + LAST_SECONDS
    while len(server.arrivals) < len(given) and time.perf_counter() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return sent, dict(server.arrivals)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(
    rate: Annotated[float, typer.Option(min=1, max=200, help="Messages a second.")] = 50.0,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="How long.")] = 20.0,
) -> None:
    """Print the table."""
    with TemporaryDirectory() as folder:
        times, spent, lost = asyncio.run(measure(rate, int(rate * seconds), Path(folder)))
    table = Table("messages", "p50 ms", "p99 ms", "longest ms", "CPU ms a message", "not asked")
    p50, p99, longest = np.percentile(times, [50, 99, 100])
    row = (len(times), f"{p50:.1f}", f"{p99:.1f}", f"{longest:.1f}", f"{spent:.1f}", lost)
    table.add_row(*map(str, row))
    table.title = f"message to reaction request, {rate:g} a second (goals: p50 15, p99 100)"
    Console().print(table)


if __name__ == "__main__":
    run_benchmark(main)

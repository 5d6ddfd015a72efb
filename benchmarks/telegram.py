"""From update to request on Telegram: the real process in front of the tests' Bot API server.

``python -m benchmarks.telegram`` sends 50 updates a second, half of them messages in a hundred
groups and half reactions to them, and prints how long the bot took to answer messages, from when
Telegram has the update to when the bot's request is there. Server and bot share the machine; the
processor's time is the bot's own.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.command_line import run_benchmark
from tests.e2e.process import BotProcess
from tests.e2e.telegram_payloads import ALICE, BOB, GROUP, TOKEN
from tests.e2e.telegram_server import TelegramServer

GROUPS = [GROUP - number for number in range(100)]
PAUSE = 1 / 50
WARM_PAUSE = 1 / 8
"""A group that is new to the process costs three calls, of thirty a second."""
TEXTS = (
    "we won the cup after all these years, I cannot believe it",
    "my grandmother died last night and the house is so quiet",
    "who parked in front of my door again",
    "thank you so much for your help yesterday",
    "that joke was so bad that I am still laughing",
    "see you at the beach on saturday",
    "this exam is going to kill me",
    "happy birthday, have a wonderful day",
)


async def play(server: TelegramServer, messages: int) -> dict[int, float]:
    """Write in turn in every group, and react to each message; when each was written."""
    written: dict[int, float] = {}
    start = time.perf_counter()
    for number in range(messages):
        group = GROUPS[number % len(GROUPS)]
        await _until(start + 2 * number * PAUSE)
        written[message := server.send_message(TEXTS[number % len(TEXTS)], ALICE, group)] = (
            time.perf_counter()
        )
        await _until(start + (2 * number + 1) * PAUSE)
        server.react(message, BOB, [], ["🎉"], group)
    return written


async def warm(server: TelegramServer) -> None:
    """Let the bot meet every group."""
    start = time.perf_counter()
    for number, group in enumerate(GROUPS):
        await _until(start + number * WARM_PAUSE)
        last = server.send_message(TEXTS[0], ALICE, group)
    await server.reaction_calls(last)


async def measure(messages: int) -> tuple[np.ndarray, float, int]:
    """Milliseconds for each message, seconds of the bot's processor, and rows in the database."""
    server = TelegramServer()
    await server.start()
    settings = {
        "telegram.base_url": server.origin,
        "model.source": "",
        "reactions.confidence_threshold": 0.0,
    }
    with tempfile.TemporaryDirectory() as folder:
        bot = BotProcess(Path(folder), Path(folder), settings)
        try:
            await bot.start(TELEGRAM_TOKEN=TOKEN)
            await warm(server)
            before = _processor(bot)
            written = await play(server, messages)
            await server.confirmed()
            spent = _processor(bot) - before
            await bot.stop()
            ((rows,),) = bot.query("select count(*) from prediction")
        finally:
            await bot.kill()
            await server.close()
    took = [server.arrivals[m] - at for m, at in written.items() if m in server.arrivals]
    return np.array(took) * 1000, spent, int(str(rows))


def _processor(bot: BotProcess) -> float:
    """Seconds of processor that the process used so far, of Linux's /proc."""
    fields = Path(f"/proc/{bot.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


def main(
    messages: Annotated[int, typer.Option(min=50, help="How many messages.")] = 500,
) -> None:
    """Print the figures."""
    took, spent, rows = asyncio.run(measure(messages))
    p50, p99 = np.percentile(took, [50, 99])
    print(
        f"{len(took)} of {messages} messages answered at 50 updates/s, {rows} rows:"
        f" p50 {p50:.1f} ms, p99 {p99:.1f} ms (goals: 15, 100);"
        f" {1000 * spent / (2 * messages):.1f} ms of processor an update"
    )


if __name__ == "__main__":
    run_benchmark(main)

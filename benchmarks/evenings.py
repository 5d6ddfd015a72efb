"""Evenings with faults: the real process on both platforms, with both databases.

``python -m benchmarks.evenings`` shares 10,000 messages and 200 faults out among four evenings:
Telegram and Discord, each with an SQLite file and with a PostgreSQL server of its own, which is
stopped and crashes under load. Members react, change their minds and take reactions back. The table
says what came of it: no message gets two emojis or, without need, the same one again; feedback is
stored exactly once; and no text and no token is in any file. Memory is that of the last process,
after two thirds and at the end. What the time does not allow is not sent; the table is printed in
any case.
"""

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from bot.log import describe
from tests.e2e.evening import Evening, Report, Script, Surroundings
from tests.e2e.evening_faults import faults_of, postgres_faults, sqlite_faults
from tests.e2e.evening_wires import DiscordWire, TelegramWire, Wire
from tests.e2e.private_postgres import find_binaries, private_postgres
from tests.e2e.process import BotProcess

TEXTS = (
    "we won the cup after all these years, I cannot believe it",
    "thank you so much for your help yesterday",
    "that joke was so bad that I am still laughing",
    "see you at the beach on saturday",
    "happy birthday, have a wonderful day",
)
SETTINGS = {
    "model.source": "",
    "reactions.confidence_threshold": 0.0,
    "reactions.max_per_minute": 100_000,
}
EVENINGS = [
    (wire, database)
    for wire in (TelegramWire, DiscordWire)
    for database in ("SQLite", "PostgreSQL")
]
COLUMNS = (
    *("evening", "messages", "answered", "silent", "faults", "kinds", "unsettled", "repeated"),
    *("different", "feedback", "missing", "surplus", "leaks", "MiB", "s"),
)


async def play(wire: Wire, database: str, script: Script) -> tuple[Report, Exception | None]:
    """Play one evening; ``database`` is SQLite or PostgreSQL.

    Return what came of it, and the error that ended it early.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evening-")))
        await wire.start()
        stack.push_async_callback(wire.close)
        settings = {**SETTINGS, **wire.settings}
        folders = [folder]
        if database == "PostgreSQL":
            binaries = find_binaries()
            if binaries is None:
                raise SystemExit("PostgreSQL's initdb is not installed")
            server = await stack.enter_async_context(private_postgres(binaries))
            url, of_database = server.url, postgres_faults(server)
            bot = BotProcess(folder, folder, settings | {"database.url": url})
            folders.append(server.folder)
        else:
            bot = BotProcess(folder, folder, settings)
            url, of_database = f"sqlite+aiosqlite:///{bot.database}", sqlite_faults(bot)
        stack.push_async_callback(bot.kill)
        around = Surroundings(bot, wire, url, folders)
        evening = Evening(around, faults_of(wire) | of_database, script)
        try:
            return await evening.play(), None
        except Exception as error:
            return evening.report, error


def memory_of(report: Report) -> str:
    """Return MiB after two thirds and at the end; kills are in the first half."""
    if not report.memory:
        return ""
    _, before = report.memory[2 * len(report.memory) // 3]
    return f"{before:.0f} → {report.memory[-1][1]:.0f}"


def row(name: str, report: Report) -> list[str]:
    """Return the cells of a report."""
    wrong = len(report.leaks) + report.tracebacks
    figures = (report.messages, report.answered, report.refused, report.faults.total())
    kinds = f"{len(report.faults)}"
    answers = (report.unsettled, report.repeated, report.different)
    checks = (*answers, report.feedback, report.missing, report.surplus)
    cells = [*map(str, figures), kinds, *map(str, checks), str(wrong), memory_of(report)]
    return [name, *cells, f"{report.seconds:.0f}"]


def is_flawless(report: Report) -> bool:
    """Return True if nothing was lost, answered twice, counted twice or written anywhere."""
    answers = report.unsettled + report.repeated + report.different
    feedback = report.missing + report.surplus
    return not (answers or feedback or report.leaks or report.tracebacks)


def main(
    messages: Annotated[int, typer.Option(min=80, help="Of all evenings together.")] = 10_000,
    faults: Annotated[int, typer.Option(min=4, help="Of all evenings together.")] = 200,
    minutes: Annotated[float, typer.Option(min=1, help="Of all evenings together.")] = 60.0,
    batch: Annotated[int, typer.Option(min=1, max=60, help="Messages sent at once.")] = 20,
    seed: Annotated[int, typer.Option(help="Of what members and faults do.")] = 18,
) -> None:
    """Print a table with a row for each evening; exit status 1 if anything is wrong."""
    table = Table(*COLUMNS, box=MARKDOWN)
    end = time.monotonic() + 60 * minutes
    flawless = True
    try:
        for number, (kind, database) in enumerate(EVENINGS):
            seconds = (end - time.monotonic()) / (len(EVENINGS) - number)
            script = Script(TEXTS, messages // 4, faults // 4, seed, batch, seconds)
            report, error = asyncio.run(play(kind(), database, script))
            table.add_row(*row(f"{kind.name}, {database}", report))
            if error is not None:
                table.add_row(f"ended early: {describe(error)}")
            flawless = flawless and error is None and is_flawless(report)
    finally:
        Console(width=180).print(table)
    if not flawless:
        raise typer.Exit(1)


if __name__ == "__main__":
    run_benchmark(main)

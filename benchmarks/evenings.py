"""Evenings with faults: the real process on both platforms, with both databases.

``python -m benchmarks.evenings`` shares 10,000 messages and 200 faults out among four evenings:
Telegram and Discord, each with an SQLite file and with a PostgreSQL server of its own, which is
stopped and crashes under load. Members react, change their minds and take reactions back. The table
says what came of it: no message is answered twice or differently, feedback is stored exactly once,
and no text and no token is in any file. Memory is that of the last process, after two thirds and at
the end.
"""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.e2e.evening import Evening, Report, Surroundings
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


async def play(wire: Wire, database: str, messages: int, faults: int, seed: int) -> Report:
    """Play one evening; ``database`` is SQLite or PostgreSQL."""
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
        evening = Evening(around, faults_of(wire) | of_database, TEXTS, seed)
        return await evening.play(messages, faults)


def memory_of(report: Report) -> str:
    """Return MiB after two thirds and at the end; kills are in the first half."""
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


def main(
    messages: Annotated[int, typer.Option(min=80, help="Of all evenings together.")] = 10_000,
    faults: Annotated[int, typer.Option(min=4, help="Of all evenings together.")] = 200,
    seed: Annotated[int, typer.Option(help="Of what members and faults do.")] = 18,
) -> None:
    """Print a table with a row for each evening; exit status 1 if anything is wrong."""
    table = Table(
        *("evening", "messages", "answered", "silent", "faults", "kinds", "unsettled", "repeated"),
        *("different", "feedback", "missing", "surplus", "leaks", "MiB", "s"),
    )
    wrong = 0
    for kind in (TelegramWire, DiscordWire):
        for database in ("SQLite", "PostgreSQL"):
            report = asyncio.run(play(kind(), database, messages // 4, faults // 4, seed))
            table.add_row(*row(f"{kind.name}, {database}", report))
            wrong += (
                report.unsettled
                + report.repeated
                + report.different
                + report.missing
                + report.surplus
            )
            wrong += len(report.leaks) + report.tracebacks
    Console(width=150).print(table)
    if wrong:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)

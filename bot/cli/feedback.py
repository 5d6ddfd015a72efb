"""``emoji-reactor feedback``: what people said about the bot's reactions."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile, start
from bot.cli.output import reader_may_leave

if TYPE_CHECKING:
    from bot.database.statistics import Statistics
    from bot.database.trends import Trends

app = typer.Typer(help="What people said about the bot's reactions.", no_args_is_help=True)

TITLES = {"agree": "agreed", "remove": "removed", "dislike": "disliked", "correct": "corrected"}
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE", help="Draw them as well, into a PNG file."),
]


@app.callback()
def feedback() -> None:
    """Keep ``stats`` a command of its own; Typer would merge a lone one into the group."""


@app.command()
def stats(config: ConfigFile = None, as_json: AsJson = False, plot: Plot = None) -> None:
    """Count predictions, reactions and the words of people on them, by emoji.

    The picture shows what was kept by emoji, by community and over time, and what people chose.

    Example: emoji-reactor feedback stats --plot feedback.png
    """
    settings, _ = start(config)
    counted = asyncio.run(_count(settings.database.url))
    if plot is not None:
        from bot.cli.plot import write

        write(asyncio.run(_trends(settings.database.url)), plot)
    with reader_may_leave():
        if as_json:
            typer.echo(json.dumps(as_object(counted), ensure_ascii=False))
        else:
            _show(counted)


def as_object(counted: "Statistics") -> dict[str, object]:
    """The counts as JSON: totals, and one object for each emoji."""
    words = {TITLES[kind]: counts for kind, counts in counted.feedback.items()}
    return {
        "predictions": counted.predictions,
        "answered": counted.answered,
        "shown": counted.shown.total(),
        **{title: counts.total() for title, counts in words.items()},
        "by_emoji": {
            emoji: {
                "shown": counted.shown[emoji],
                **{title: counts[emoji] for title, counts in words.items()},
            }
            for emoji in counted.by_emoji()
        },
    }


async def _count(url: str) -> "Statistics":
    from bot.database.engine import open_database
    from bot.database.statistics import statistics

    engine = await open_database(url)
    try:
        return await statistics(engine)
    finally:
        await engine.dispose()


async def _trends(url: str) -> "Trends":
    from bot.database.engine import open_database
    from bot.database.trends import trends

    engine = await open_database(url)
    try:
        return await trends(engine)
    finally:
        await engine.dispose()


def _show(counted: "Statistics") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "emoji", title=f"{counted.predictions} predictions, {counted.answered} of them answered"
    )
    for title in ("shown", *TITLES.values()):
        table.add_column(title, justify="right")
    for emoji in counted.by_emoji():
        counts = (counted.feedback[kind][emoji] for kind in counted.feedback)
        table.add_row(emoji, str(counted.shown[emoji]), *map(str, counts))
    totals = (counts.total() for counts in counted.feedback.values())
    table.add_section()
    table.add_row("all", str(counted.shown.total()), *map(str, totals))
    Console().print(table)

"""``emoji-reactor feedback stats``."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.database_work import with_engine
from bot.cli.feedback.chart import write_chart
from bot.cli.options import AsJson, ConfigFile, initialize
from bot.cli.output import ignore_broken_pipe
from bot.database.statistics import FeedbackStatistics, compute_statistics
from bot.database.trends import compute_trends

TITLES = {"agree": "agreed", "remove": "removed", "dislike": "disliked", "correct": "corrected"}


def stats(
    config: ConfigFile = None,
    as_json: AsJson = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Write a chart as well, as PNG.")
    ] = None,
) -> None:
    """Count predictions, reactions and people's feedback on them, by emoji.

    The chart shows what was kept by emoji, by community and over time, and what people chose.

    Example: emoji-reactor feedback stats --plot feedback.png
    """
    settings, _ = initialize(config)
    counts = asyncio.run(with_engine(settings, compute_statistics))
    if plot is not None:
        write_chart(asyncio.run(with_engine(settings, compute_trends)), plot)
    with ignore_broken_pipe():
        if as_json:
            typer.echo(json.dumps(statistics_as_dict(counts), ensure_ascii=False))
        else:
            Console().print(_build_table(counts))


def statistics_as_dict(counts: FeedbackStatistics) -> dict[str, object]:
    """Convert the counts to JSON: totals, and one object for each emoji."""
    by_kind = {TITLES[kind]: of_kind for kind, of_kind in counts.feedback.items()}
    return {
        "predictions": counts.predictions,
        "answered": counts.reacted,
        "shown": counts.shown.total(),
        **{title: of_kind.total() for title, of_kind in by_kind.items()},
        "by_emoji": {
            emoji: {
                "shown": counts.shown[emoji],
                **{title: of_kind[emoji] for title, of_kind in by_kind.items()},
            }
            for emoji in counts.by_emoji()
        },
    }


def _build_table(counts: FeedbackStatistics) -> Table:
    title = f"{counts.predictions} predictions, {counts.reacted} of them answered"
    table = Table("emoji", title=title)
    for column in ("shown", *TITLES.values()):
        table.add_column(column, justify="right")
    for emoji in counts.by_emoji():
        cells = (of_kind[emoji] for of_kind in counts.feedback.values())
        table.add_row(emoji, str(counts.shown[emoji]), *map(str, cells))
    totals = (of_kind.total() for of_kind in counts.feedback.values())
    table.add_section()
    table.add_row("all", str(counts.shown.total()), *map(str, totals))
    return table

"""``emoji-reactor feedback``: what people said about the bot's reactions."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.export_progress import ExportFormat, exported, formats, selection
from bot.cli.options import AsJson, ConfigFile, start
from bot.cli.output import reader_may_leave

if TYPE_CHECKING:
    from bot.database.statistics import FeedbackStatistics
    from bot.database.trends import FeedbackTrends
    from bot.dataset.card import DatasetSummary

app = typer.Typer(help="What people said about the bot's reactions.", no_args_is_help=True)

TITLES = {"agree": "agreed", "remove": "removed", "dislike": "disliked", "correct": "corrected"}
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE", help="Draw them as well, into a PNG file."),
]

Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write it.")]
Wanted = Annotated[ExportFormat, typer.Option("--format", help="parquet needs the train extra.")]
Licence = Annotated[
    str, typer.Option(metavar="ID", help="For the data set's card, as the Hub names it.")
]


@app.command()
def stats(config: ConfigFile = None, as_json: AsJson = False, plot: Plot = None) -> None:
    """Count predictions, reactions and the words of people on them, by emoji.

    The picture shows what was kept by emoji, by community and over time, and what people chose.

    Example: emoji-reactor feedback stats --plot feedback.png
    """
    settings, _ = start(config)
    counted = asyncio.run(_count(settings.database.url))
    if plot is not None:
        from bot.cli.feedback_chart import write

        write(asyncio.run(_trends(settings.database.url)), plot)
    with reader_may_leave():
        if as_json:
            typer.echo(json.dumps(as_object(counted), ensure_ascii=False))
        else:
            _show(counted)


@app.command()
def export(
    out: Out,
    format_: Wanted = ExportFormat.JSONL,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Of messages from this day on, in UTC."),
    ] = None,
    community: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this server or group alone.")
    ] = None,
    platform: Annotated[
        str | None, typer.Option(metavar="NAME", help="discord, telegram, console or web.")
    ] = None,
    licence: Licence = "other",
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Write feedback as a data set: one row for each answered message that got any.

    Texts are in it where their authors agreed, and still do. Members and communities stand as
    hashes that hold within this export alone.

    Example: emoji-reactor feedback export --out feedback --format all
    """
    settings, _ = start(config)
    from bot.dataset.export import ExportRequest

    moment = None if since is None else since.replace(tzinfo=UTC)
    chosen = selection(settings.privacy, moment, platform, community)
    order = ExportRequest(chosen, formats(format_), licence)
    _tell(asyncio.run(exported(settings.database.url, order, out)), out, as_json)


@app.command()
def gather(
    source: Annotated[
        str,
        typer.Argument(metavar="ORG/NAME", help="A Space's FEEDBACK_REPO, or a folder of it."),
    ],
    out: Out,
    format_: Wanted = ExportFormat.JSONL,
    licence: Licence = "other",
    as_json: AsJson = False,
) -> None:
    """Write what visitors of a Space chose as a data set, in the form that export writes.

    Model fit and model gate learn from it. Nothing stays here of what is fetched but DIR: gather
    again before each fit, so that nobody is in it who took theirs back.

    Example: emoji-reactor feedback gather ORG/NAME --out feedback
    """
    from bot.dataset.space_import import import_space
    from bot.hub.space_dataset import open_space_dataset

    with open_space_dataset(source) as folder:
        _tell(import_space(folder, out, formats(format_), licence), out, as_json)


@app.command()
def purge(config: ConfigFile = None) -> None:
    """Erase what is past its retention, as the running bot does every hour.

    Example: emoji-reactor feedback purge
    """
    settings, _ = start(config)
    now, privacy = datetime.now(UTC), settings.privacy
    erased = asyncio.run(
        _purge(settings.database.url, privacy.rows_since(now), privacy.texts_since(now))
    )
    typer.echo(f"erased {erased:,} rows and texts past their retention")


def as_object(counted: "FeedbackStatistics") -> dict[str, object]:
    """The counts as JSON: totals, and one object for each emoji."""
    words = {TITLES[kind]: counts for kind, counts in counted.feedback.items()}
    return {
        "predictions": counted.predictions,
        "answered": counted.reacted,
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


def _tell(contents: "DatasetSummary", out: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"folder": str(out), **contents.as_dict()}, ensure_ascii=False))
    else:
        typer.echo(f"{contents.rows.total():,} rows, {contents.texts:,} with text, in {out}")


async def _count(url: str) -> "FeedbackStatistics":
    from bot.database.engine import open_database
    from bot.database.statistics import compute_statistics

    engine = await open_database(url)
    try:
        return await compute_statistics(engine)
    finally:
        await engine.dispose()


async def _purge(url: str, rows_since: datetime, texts_since: datetime) -> int:
    from bot.database.engine import open_database
    from bot.database.store import SqlStore

    engine = await open_database(url)
    try:
        return await SqlStore(engine).outcomes.purge(rows_since, texts_since)
    finally:
        await engine.dispose()


async def _trends(url: str) -> "FeedbackTrends":
    from bot.database.engine import open_database
    from bot.database.trends import compute_trends

    engine = await open_database(url)
    try:
        return await compute_trends(engine)
    finally:
        await engine.dispose()


def _show(counted: "FeedbackStatistics") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "emoji", title=f"{counted.predictions} predictions, {counted.reacted} of them answered"
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

"""``emoji-reactor feedback export``."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.export_progress import export_with_progress, parse_formats, select_exportable
from bot.cli.feedback.summary import OutOption, show_summary
from bot.cli.options import (
    AsJson,
    ConfigFile,
    ExportFormat,
    ExportFormatOption,
    LicenceOption,
    initialize,
)
from bot.dataset.export import ExportRequest


def export(
    out: OutOption,
    format_: ExportFormatOption = ExportFormat.JSONL,
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
    licence: LicenceOption = "other",
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Write feedback as a dataset: one row for each answered message that got any.

    Texts are in it if their authors agreed, and still do. Members and communities are replaced by
    pseudonyms that hold within this export alone.

    Example: emoji-reactor feedback export --out feedback --format all
    """
    settings, _ = initialize(config)
    start = None if since is None else since.replace(tzinfo=UTC)
    selection = select_exportable(settings.privacy, start, platform, community)
    request = ExportRequest(selection, parse_formats(format_), licence)
    summary = asyncio.run(export_with_progress(settings, request, out))
    show_summary(summary, out, as_json=as_json)
    if not summary.texts and any(each.is_for_annotation for each in request.formats):
        typer.echo(
            f"{format_} has no tasks: no row has a text. Members agree to it with /consent.",
            err=True,
        )

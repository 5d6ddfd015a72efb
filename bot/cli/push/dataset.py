"""``emoji-reactor push dataset``."""

import asyncio
import tempfile
from pathlib import Path

import typer

from bot.cli.export_progress import export_with_progress, parse_formats, select_exportable
from bot.cli.options import (
    ConfigFile,
    ExportFormat,
    ExportFormatOption,
    LicenceOption,
    initialize,
)
from bot.cli.push.upload import (
    DryRunOption,
    PrivateOption,
    RepoOption,
    RevisionOption,
    TagOption,
    upload,
)
from bot.dataset.export import ExportRequest
from bot.hub.push import PushRequest
from bot.hub.repo_files import dataset_files


def dataset(
    repo: RepoOption,
    format_: ExportFormatOption = ExportFormat.PARQUET,
    licence: LicenceOption = "other",
    private: PrivateOption = True,
    revision: RevisionOption = None,
    tag: TagOption = None,
    dry_run: DryRunOption = True,
    config: ConfigFile = None,
) -> None:
    """Export feedback now and push it; only lists the files unless --no-dry-run.

    It is exported at the moment of the push, so that texts and feedback which were taken back are
    not in it, and what the repository held before is erased from its history too, with all tags.

    Example: emoji-reactor push dataset --repo ORG/NAME --no-dry-run
    """
    settings, _ = initialize(config)
    export = ExportRequest(select_exportable(settings.privacy), parse_formats(format_), licence)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "feedback"
        summary = asyncio.run(export_with_progress(settings, export, folder))
        typer.echo(
            f"{summary.rows.total():,} rows, {summary.texts:,} with text; terms agreed to:"
            f" {', '.join(sorted(summary.consent_versions)) or 'none'}"
        )
        files, public = dataset_files(folder), not private
        request = PushRequest(
            repo, "dataset", files, "Feedback", public, revision, erase_history=True, tag=tag
        )
        upload(request, dry_run=dry_run)

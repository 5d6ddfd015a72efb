"""Export with a progress bar, shared by several commands."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.backup.migration import open_database
from bot.cli.options import ExportFormat
from bot.config.sections import PrivacySettings
from bot.config.settings import Settings
from bot.database.feedback_pages import ExportSelection, count_messages_with_feedback
from bot.dataset.card import DatasetSummary
from bot.dataset.export import ExportRequest, export
from bot.dataset.writers import Format


def parse_formats(option: ExportFormat) -> Sequence[Format]:
    """Return the formats to write; of all formats, the Hub's own first."""
    if option is ExportFormat.ALL:
        return (Format.PARQUET, Format.JSONL, Format.CSV)
    return (Format(option.value),)


def select_exportable(
    privacy: PrivacySettings,
    since: datetime | None = None,
    platform: str | None = None,
    community: str | None = None,
) -> ExportSelection:
    """Select what retention lets be exported now, narrowed by the options."""
    now = datetime.now(UTC)
    oldest = privacy.rows_kept_since(now)
    rows_since = oldest if since is None else max(oldest, since)
    return ExportSelection(rows_since, privacy.texts_kept_since(now), platform, community)


async def export_with_progress(
    settings: Settings, request: ExportRequest, out: Path
) -> DatasetSummary:
    """Export from the database of the settings.

    Raises:
        DatabaseError: it cannot be opened.
        ExportFailed, StoreFailed, TrainingExtraMissing: see ``bot.dataset.export.export``.
    """
    engine = await open_database(settings)
    console = Console(stderr=True)
    try:
        with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
            total = await count_messages_with_feedback(engine, request.selection)
            task = bar.add_task("export", total=total)
            return await export(engine, request, out, lambda rows: bar.advance(task, rows))
    finally:
        await engine.dispose()

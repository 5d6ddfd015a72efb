"""The export with a progress bar, as several commands ask for it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.config.settings import PrivacySettings
    from bot.database.feedback_pages import ExportSelection
    from bot.dataset.card import DatasetSummary
    from bot.dataset.export import ExportRequest
    from bot.dataset.writers import Format


class ExportFormat(StrEnum):
    """What ``--format`` takes."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ALL = "all"


def formats(chosen: ExportFormat) -> "Sequence[Format]":
    """The formats to write; of all, the Hub's own first."""
    from bot.dataset.writers import Format

    if chosen is ExportFormat.ALL:
        return (Format.PARQUET, Format.JSONL, Format.CSV)
    return (Format(chosen.value),)


def selection(
    privacy: "PrivacySettings",
    since: datetime | None = None,
    platform: str | None = None,
    community: str | None = None,
) -> "ExportSelection":
    """What may be exported now, narrowed by what was asked for."""
    from bot.database.feedback_pages import ExportSelection

    now = datetime.now(UTC)
    oldest = privacy.rows_since(now)
    rows_since = oldest if since is None else max(oldest, since)
    return ExportSelection(rows_since, privacy.texts_since(now), platform, community)


async def exported(url: str, order: "ExportRequest", out: Path) -> "DatasetSummary":
    """Export from the database at ``url``.

    Raises:
        DatabaseError: it cannot be opened.
        ExportFailed, StoreFailed, TrainingMissing: see ``bot.dataset.export.export``.
    """
    from rich.console import Console
    from rich.progress import Progress

    from bot.database.engine import open_database
    from bot.database.feedback_pages import count_messages_with_feedback
    from bot.dataset.export import export

    engine = await open_database(url)
    console = Console(stderr=True)
    try:
        with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
            total = await count_messages_with_feedback(engine, order.selection)
            task = bar.add_task("export", total=total)
            return await export(engine, order, out, lambda rows: bar.advance(task, rows))
    finally:
        await engine.dispose()

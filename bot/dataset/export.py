"""Export of feedback from the database to files, one row for each message with feedback."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.feedback_pages import ExportSelection, MessageWithFeedback, feedback_pages
from bot.dataset.card import DatasetSummary, render_card
from bot.dataset.folder import CARD_FILE, SUMMARY_FILE, replace_folder
from bot.dataset.pseudonymize import ExportPseudonyms, assign_split
from bot.dataset.writers import SETTINGS, WRITERS, Format, RowWriter
from model.feedback import SPLITS, FeedbackEntry, FeedbackRow, ScoredEmoji

DEFAULT_LICENCE = "other"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Selection, formats and licence of an export."""

    selection: ExportSelection
    formats: Sequence[Format] = (Format.JSONL,)
    """The first is the default of ``load_dataset``."""
    licence: str = DEFAULT_LICENCE
    """The Hub's identifier of the licence."""


async def export(
    engine: AsyncEngine,
    request: ExportRequest,
    folder: Path,
    on_page: Callable[[int], object] = bool,
) -> DatasetSummary:
    """Export feedback into ``folder``; ``on_page`` gets the number of rows of each page.

    Raises:
        ExportFailed: the folder cannot be written, or holds files that are no export.
        StoreFailed: the database cannot be read.
        TrainingExtraMissing: a format needs a library that is not installed.
    """
    pseudonyms = ExportPseudonyms()
    with open_export(folder, request.formats, request.licence) as writer:
        async for page in feedback_pages(engine, request.selection):
            for split, rows in _rows_by_split(page, pseudonyms).items():
                writer.add(split, rows)
            on_page(len(page))
    return writer.summary


def feedback_row(message: MessageWithFeedback, pseudonyms: ExportPseudonyms) -> FeedbackRow:
    """Return a message with its feedback, pseudonymized."""
    return FeedbackRow(
        id=pseudonyms("row", message.id),
        text=message.text,
        language=message.language,
        platform=message.platform,
        community=pseudonyms("community", message.community),
        author=pseudonyms("author", message.author),
        day=message.recorded_at.date(),
        artifact_version=message.artifact_version,
        predictions=tuple(ScoredEmoji(emoji=e, score=score) for e, score in message.predictions),
        shown=tuple(message.shown),
        feedback=tuple(
            FeedbackEntry.model_validate(
                {
                    "kind": given.kind,
                    "emoji": given.emoji,
                    "source": given.source,
                    "also_burst": given.also_burst,
                    "actors": given.actor_count,
                }
            )
            for given in message.feedback
        ),
        consent_version=message.consent,
    )


def _rows_by_split(
    page: Sequence[MessageWithFeedback], pseudonyms: ExportPseudonyms
) -> dict[str, list[FeedbackRow]]:
    rows: dict[str, list[FeedbackRow]] = {}
    for message in page:
        rows.setdefault(assign_split(message.author), []).append(feedback_row(message, pseudonyms))
    return rows


class ExportWriter:
    """Writer of rows in every requested format, with their summary."""

    def __init__(self, folder: Path, formats: Sequence[Format], stack: ExitStack) -> None:
        """Write into ``folder``; ``stack`` closes the files."""
        self.summary = DatasetSummary()
        self._folder, self._formats, self._stack = folder, formats, stack
        self._writers: dict[Path, RowWriter] = {}

    def add(self, split: str, rows: Sequence[FeedbackRow]) -> None:
        """Append rows to a split."""
        for row in rows:
            self.summary.add(split, row)
        with_text = [row for row in rows if row.text is not None]
        for format_ in self._formats:
            written = with_text if format_.is_for_annotation else rows
            if written:
                self._writer(format_, split).write(written)

    def _writer(self, format_: Format, split: str) -> RowWriter:
        # Opened with the first row, since a data set must not contain empty files.
        path = self._folder / format_.path(split)
        if path not in self._writers:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._writers[path] = WRITERS[format_](path)
            self._stack.callback(self._writers[path].close)
        return self._writers[path]


@contextmanager
def open_export(
    folder: Path, formats: Sequence[Format], licence: str = DEFAULT_LICENCE
) -> Iterator[ExportWriter]:
    """Yield a writer; ``folder`` is created or replaced only if all rows and the card are written.

    Raises:
        ExportFailed: the folder cannot be written, or holds files that are no export.
        TrainingExtraMissing: a format needs a library that is not installed.
    """
    with replace_folder(folder) as partial:
        with ExitStack() as stack:
            for format_ in formats:  # a missing library is reported before anything is read
                probe = partial / "probe"
                WRITERS[format_](probe).close()
                probe.unlink()
            writer = ExportWriter(partial, formats, stack)
            yield writer
        _write_settings(partial, writer.summary, formats)
        _write_card(partial, writer.summary, formats, licence)


def _write_settings(folder: Path, summary: DatasetSummary, formats: Sequence[Format]) -> None:
    """Write the settings that annotation tools need for their files."""
    for format_ in formats:
        if format_ in SETTINGS:
            splits = [split for split in SPLITS if (folder / format_.path(split)).exists()]
            for path, content in SETTINGS[format_](splits, summary.emojis).items():
                (folder / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                (folder / path).touch(mode=0o600)
                (folder / path).write_text(content, encoding="utf-8")


def _write_card(
    folder: Path, summary: DatasetSummary, formats: Sequence[Format], licence: str
) -> None:
    card = render_card(summary, formats, licence)
    for name in (CARD_FILE, SUMMARY_FILE):
        (folder / name).touch(mode=0o600)
    (folder / CARD_FILE).write_text(card, encoding="utf-8")
    content = {**summary.as_dict(), "formats": list(formats)}
    serialized = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / SUMMARY_FILE).write_text(f"{serialized}\n", encoding="utf-8")

"""The choices of a Space's visitors as an export, in the form that training reads."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.core.errors import EmojiReactorError
from bot.core.events import MemberKey
from bot.dataset.card import DatasetSummary
from bot.dataset.export import DEFAULT_LICENCE, open_export
from bot.dataset.pseudonymize import ExportPseudonyms, assign_split
from bot.dataset.writers import Format
from demo.page.hub_dataset import CHOICES, TEXTS
from model.emoji import is_custom_emoji
from model.feedback import FeedbackRow, read_rows

logger = logging.getLogger(__name__)


class SpaceImportFailed(EmojiReactorError):
    """The data set of a Space cannot be found or read."""


def import_space(
    dataset: Path, out: Path, formats: Sequence[Format], licence: str = DEFAULT_LICENCE
) -> DatasetSummary:
    """Write an export of a Space's data set, which lies in the folder ``dataset``.

    Visitors get pseudonyms that hold within this export, and stay in the same split in later
    ones. A text is exported while its file exists; it is deleted with the visitor's consent.
    Rows with custom emojis are left out: a Space knows none, so a visitor made the name up.

    Raises:
        SpaceImportFailed: the folder is not the data set of a Space.
        FeedbackError: a row is malformed; its file and line are named.
        ExportFailed, TrainingExtraMissing: see ``bot.dataset.export.open_export``.
    """
    if not (dataset / CHOICES).is_dir():
        raise SpaceImportFailed(
            f"{dataset} holds no {CHOICES}: it is not the data set of a Space, or it is empty"
        )
    pseudonyms, left_out = ExportPseudonyms(), 0
    with open_export(out, formats, licence) as export:
        for visitor in sorted(path.name for path in (dataset / CHOICES).iterdir()):
            latest = list(_latest_rows(dataset, visitor))
            rows = [_pseudonymize(r, visitor, pseudonyms) for r in latest if not _has_custom(r)]
            left_out += len(latest) - len(rows)
            if rows:
                export.add(assign_split(MemberKey(visitor)), rows)
    if left_out:
        logger.warning("left out %d choices with emojis that visitors made up", left_out)
    return export.summary


def _latest_rows(dataset: Path, visitor: str) -> Iterator[FeedbackRow]:
    """Yield the last row of each prediction, with its text; choices taken back are left out."""
    texts = _read_latest(dataset / TEXTS / visitor)
    for prediction, row in _read_latest(dataset / CHOICES / visitor).items():
        if row.feedback:
            kept = texts.get(prediction, row)
            update = {"text": kept.text, "consent_version": kept.consent_version}
            yield row.model_copy(update=update)


def _has_custom(row: FeedbackRow) -> bool:
    given = [entry.emoji for entry in row.feedback if entry.emoji]
    return any(map(is_custom_emoji, (*given, *row.shown, *(p.emoji for p in row.predictions))))


def _read_latest(folder: Path) -> dict[str, FeedbackRow]:
    files = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    return {row.id: row for file in files for row in read_rows(file)}


def _pseudonymize(row: FeedbackRow, visitor: str, pseudonyms: ExportPseudonyms) -> FeedbackRow:
    names = {
        "id": pseudonyms("row", row.id),
        "author": pseudonyms("author", visitor),
        "community": pseudonyms("community", row.community),
    }
    return row.model_copy(update=names)

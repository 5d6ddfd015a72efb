"""What visitors of a Space chose, as an export that training takes like any other."""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.core.errors import EmojiReactorError
from bot.core.events import MemberKey
from bot.dataset.card import DatasetSummary
from bot.dataset.export import LICENCE, writing
from bot.dataset.pseudonymize import ExportPseudonyms, split_of
from bot.dataset.writers import Format
from demo.page.dataset import CHOICES, TEXTS
from model.feedback import FeedbackRow, read_rows


class SpaceImportFailed(EmojiReactorError):
    """There is no such data set of a Space; one line with the cause and the mend."""


@contextmanager
def data_set(source: str) -> Iterator[Path]:
    """The folder of a source: one that is here, or ``ORG/NAME`` on the Hub, fetched for now alone.

    A copy that stayed behind would keep what its visitors erase later.

    Raises:
        GatherFailed: it is neither, or the Hub did not give it.
    """
    if Path(source).is_dir():
        yield Path(source)
        return
    if source.count("/") != 1 or source.startswith((".", "/", "~")):
        raise SpaceImportFailed(f"{source} is neither a folder nor a data set ORG/NAME on the Hub")
    with tempfile.TemporaryDirectory() as scratch:
        _fetch(source, scratch)
        yield Path(scratch)


def _fetch(repository: str, folder: str) -> None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.logging import get_logger
    from huggingface_hub.utils.tqdm import disable_progress_bars

    get_logger().setLevel(logging.CRITICAL)  # whatever fails is told below
    disable_progress_bars()
    wanted = [f"{name}/*/*.jsonl" for name in (CHOICES, TEXTS)]
    try:
        snapshot_download(repository, repo_type="dataset", local_dir=folder, allow_patterns=wanted)
    except Exception as error:  # besides its own, the client lets its HTTP library's through
        raise SpaceImportFailed(
            f"the Hub did not give {repository} ({type(error).__name__}): should be the Space's"
            " FEEDBACK_REPO, and HF_TOKEN a token that may read it"
        ) from None


def import_space(
    space: Path, out: Path, formats: Sequence[Format], licence: str = LICENCE
) -> DatasetSummary:
    """Write an export of what is in a Space's data set now.

    Visitors stand as hashes that hold within this export alone, and stay in the same split in the
    next one. A text is there while its file is, which goes with its visitor's consent.

    Raises:
        GatherFailed: the folder is no Space's data set.
        FeedbackError: a row is malformed; its file and line are named.
        ExportFailed, TrainingMissing: see ``bot.dataset.export.writing``.
    """
    if not (space / CHOICES).is_dir():
        raise SpaceImportFailed(
            f"{space} holds no {CHOICES}: it is no data set of a Space, or empty"
        )
    blind = ExportPseudonyms()
    with writing(out, formats, licence) as export:
        for visitor in sorted(path.name for path in (space / CHOICES).iterdir()):
            if rows := [_blinded(row, visitor, blind) for row in _said(space, visitor)]:
                export.add(split_of(MemberKey(visitor)), rows)
    return export.contents


def _said(space: Path, visitor: str) -> Iterator[FeedbackRow]:
    """The last word on each answer, with its text; what was taken back is left out."""
    texts = _last(space / TEXTS / visitor)
    for answer, row in _last(space / CHOICES / visitor).items():
        if row.responses:
            kept = texts.get(answer, row)
            yield row.model_copy(update={"text": kept.text, "consent": kept.consent})


def _last(folder: Path) -> dict[str, FeedbackRow]:
    files = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    return {row.id: row for file in files for row in read_rows(file)}


def _blinded(row: FeedbackRow, visitor: str, blind: ExportPseudonyms) -> FeedbackRow:
    names = {
        "id": blind("row", row.id),
        "author": blind("author", visitor),
        "community": blind("community", row.community),
    }
    return row.model_copy(update=names)

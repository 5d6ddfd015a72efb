"""The refresh of an export that an interrupted fit still needs."""

import shutil
from collections import Counter
from hashlib import blake2b
from pathlib import Path

from model.feedback import SPLITS, FeedbackRow, read_rows, split_path


def refresh_export(dataset: Path, fresh: Path) -> bool:
    """Replace ``dataset`` by ``fresh`` if it holds rows that ``fresh`` no longer does.

    An interrupted fit goes on with the data it began with, unless a member has erased some of
    it since. Return True if ``dataset`` was replaced; otherwise ``fresh`` is deleted.

    Raises:
        FeedbackError: a row of either is malformed; its line is named.
    """
    if dataset.exists() and not _fingerprints(dataset) - _fingerprints(fresh):
        shutil.rmtree(fresh)
        return False
    shutil.rmtree(dataset, ignore_errors=True)
    fresh.rename(dataset)
    return True


def _fingerprints(dataset: Path) -> Counter[bytes]:
    paths = [split_path(dataset, split) for split in SPLITS]
    return Counter(_fingerprint(row) for path in paths if path.exists() for row in read_rows(path))


def _fingerprint(row: FeedbackRow) -> bytes:
    # Pseudonyms differ between two exports of the same rows, and feedback may have been added.
    lasting = row.model_dump_json(exclude={"id", "community", "author", "feedback"})
    return blake2b(lasting.encode(), digest_size=16).digest()

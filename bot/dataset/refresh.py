"""An export that waits for a fit to end: still given, or replaced by a fresh one."""

import shutil
from collections import Counter
from hashlib import blake2b
from pathlib import Path

from model.feedback import SPLITS, FeedbackRow, read_rows, split_file


def refresh_export(dataset: Path, fresh: Path) -> bool:
    """Keep ``dataset`` if all of it is in the ``fresh`` export too, else replace it by that one.

    An interrupted fit goes on with the data that it began with, unless somebody took theirs back
    since. Whether it was replaced.

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
    files = [split_file(dataset, split) for split in SPLITS]
    return Counter(_fingerprint(row) for f in files if f.exists() for row in read_rows(f))


def _fingerprint(row: FeedbackRow) -> bytes:
    """Of what stays the same from one export to the next: neither hashes nor responses."""
    lasting = row.model_dump_json(exclude={"id", "community", "author", "responses"})
    return blake2b(lasting.encode(), digest_size=16).digest()

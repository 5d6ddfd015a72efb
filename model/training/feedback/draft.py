"""The folder in which a candidate is written, before it gets its name."""

import shutil
from pathlib import Path


def empty_draft(folder: Path) -> Path:
    """Delete ``folder`` and return an empty one beside it, to be renamed to it when complete."""
    shutil.rmtree(folder, ignore_errors=True)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial

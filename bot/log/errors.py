"""Descriptions of errors that quote neither messages nor tokens."""

import traceback
from pathlib import Path


def describe(error: BaseException, *, frames: bool = False) -> str:
    """Describe an error on one line; with ``frames``, its stack on further lines.

    Only our own errors have texts that are known to quote neither messages nor tokens; of others
    only the type and the place are given.
    """
    passed = traceback.extract_tb(error.__traceback__)
    if is_own_error(error):
        description = str(error)
    else:
        place = f" at {Path(passed[-1].filename).name}:{passed[-1].lineno}" if passed else ""
        description = f"{type(error).__name__}{place}"
    if not frames:
        return description
    return "\n".join((description, *(f"  {f.filename}:{f.lineno} in {f.name}" for f in passed)))


def is_own_error(error: BaseException) -> bool:
    """Return whether the error's class is one of this program's."""
    return type(error).__module__.split(".")[0] in {"bot", "model"}

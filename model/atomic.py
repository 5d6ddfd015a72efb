"""Files that are written whole or not at all."""

import os
import tempfile
from pathlib import Path


def write(path: Path, text: str, *, mode: int = 0o600, replace: bool = True) -> bool:
    """Write a file; False, and nothing is altered, where one is there that must not be replaced.

    ``mode`` holds from the first byte on.

    Raises:
        OSError: nobody can write there; what was there before stays.
    """
    path = path.resolve()  # what a link leads to, not the link
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        if replace:
            draft.replace(path)
            return True
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True

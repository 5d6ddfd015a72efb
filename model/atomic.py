"""Atomic writes: a file has either its old content or all of the new one."""

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_MOUNT_POINT = (errno.EBUSY, errno.EXDEV)
_NO_HARD_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


def write(path: Path, text: str, *, mode: int = 0o600, replace: bool = True) -> bool:
    """Write a text file as UTF-8.

    Return False, and leave the file as it is, if it exists and ``replace`` is False. The file has
    the permissions ``mode`` from its first byte on.

    Raises:
        OSError: the folder or the file cannot be written; the old content stays.
    """
    return write_binary(
        path, lambda file: file.write(text.encode("utf-8")), mode=mode, replace=replace
    )


def write_binary(
    path: Path,
    write_content: Callable[[BinaryIO], object],
    *,
    mode: int = 0o600,
    replace: bool = True,
) -> bool:
    """Do the same for what ``write_content`` writes to a binary file.

    Raises:
        OSError: the folder or the file cannot be written; the old content stays.
    """
    path = path.resolve()  # what a link leads to, not the link
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write_content(file)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        if replace:
            _replace(draft, path)
        else:
            _create(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True


def _replace(draft: Path, path: Path) -> None:
    try:
        draft.replace(path)
    except OSError as error:
        if error.errno not in _MOUNT_POINT:
            raise
        # Mounted into a container: it cannot be renamed over, and its content can be replaced.
        with path.open("r+b") as file:
            file.write(draft.read_bytes())
            file.truncate()
            file.flush()
            os.fsync(file.fileno())


def _create(draft: Path, path: Path) -> None:
    """Give the draft its name.

    Raises:
        FileExistsError: the name is taken.
    """
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        # Reserved first; until the draft takes its place another process may see it empty.
        with path.open("xb"):
            pass
        draft.replace(path)

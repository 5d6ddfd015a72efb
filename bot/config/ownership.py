"""Ownership of files that an administrator writes for the user of the bot."""

import os
from pathlib import Path
from typing import BinaryIO

from model import atomic


def give_to_owner_of(folder: Path, file: int | Path) -> None:
    """Let a file that root writes belong to the owner of its folder, so that the bot can use it.

    ``file`` is a path or a descriptor. Does nothing for other users.

    Raises:
        OSError: the owner cannot be changed.
    """
    if os.name == "posix" and os.geteuid() == 0:
        owner = folder.stat()
        os.chown(file, owner.st_uid, owner.st_gid)


def make_private_folder(folder: Path) -> None:
    """Create a folder that only its owner can open, if it does not exist.

    Raises:
        OSError: it cannot be created.
    """
    if folder.is_dir():
        return
    folder.mkdir(mode=0o700, parents=True)
    give_to_owner_of(folder.parent, folder)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all.

    Raises:
        OSError: it cannot be written; the old content stays.
    """

    def write(file: BinaryIO) -> None:
        give_to_owner_of(path.parent, file.fileno())
        file.write(content)

    atomic.write_binary(path, write)

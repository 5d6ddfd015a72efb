"""A data set's folder: whole or not there, and never somebody else's."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.errors import EmojiReactorError
from bot.dataset.writers import Format
from model.feedback import SPLITS

CARD_FILE = "README.md"
EXPORT_INFO = "export.json"
OURS = frozenset(
    {CARD_FILE, EXPORT_INFO, *(f"{each}/{split}.{each}" for each in Format for split in SPLITS)}
)
"""Every file that an export may hold."""


class ExportFailed(EmojiReactorError):
    """An export cannot be written or used; nothing was altered."""


def check_ours(folder: Path) -> None:
    """Refuse a folder that holds anything but an export.

    Raises:
        ExportFailed: it is no folder, or a file in it is foreign; the file is named.
    """
    if not folder.is_dir():
        raise ExportFailed(f"{folder} is no folder")
    foreign = sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if (not path.is_dir() or path.is_symlink())
        and path.relative_to(folder).as_posix() not in OURS
    )
    if foreign:
        raise ExportFailed(
            f"{folder} holds {foreign[0]}, which is no part of an export; choose another folder"
        )


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, that takes the name ``folder`` once all went well.

    An earlier export under the name is replaced; whatever else stops the writing leaves it alone.

    Raises:
        ExportFailed: the name is taken by something else, or the disk refuses.
    """
    folder = folder.absolute()
    if folder.exists():
        check_ours(folder)
    partial, before = (folder.with_name(f".{folder.name}.{end}") for end in ("partial", "before"))
    try:
        shutil.rmtree(partial, ignore_errors=True)  # of an export that was killed
        partial.mkdir(parents=True)
        yield partial
        if folder.exists():
            shutil.rmtree(before, ignore_errors=True)
            folder.rename(before)
        try:
            partial.rename(folder)
        except OSError:
            before.rename(folder)
            raise
    except OSError as error:
        raise ExportFailed(f"{folder} cannot be written: {error.strerror}") from None
    finally:
        for rest in (partial, before):
            shutil.rmtree(rest, ignore_errors=True)

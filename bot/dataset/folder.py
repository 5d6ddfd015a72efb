"""The folder of an export: its file names, and its replacement as a whole."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.errors import EmojiReactorError
from bot.dataset.writers import Format
from model.feedback import SPLITS

CARD_FILE = "README.md"
SUMMARY_FILE = "export.json"
EXPORT_FILES = frozenset(
    {
        CARD_FILE,
        SUMMARY_FILE,
        *(f"{format_}/{split}.{format_}" for format_ in Format for split in SPLITS),
    }
)
"""Relative paths of all files that an export may contain."""


class ExportFailed(EmojiReactorError):
    """An export cannot be written or used; nothing was changed."""


def check_export_folder(folder: Path) -> None:
    """Refuse a folder with any file that is not part of an export.

    Raises:
        ExportFailed: ``folder`` is not a folder, or contains another file, which is named.
    """
    if not folder.is_dir():
        raise ExportFailed(f"{folder} is not a folder")
    foreign = sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if (not path.is_dir() or path.is_symlink())
        and path.relative_to(folder).as_posix() not in EXPORT_FILES
    )
    if foreign:
        raise ExportFailed(
            f"{folder} contains {foreign[0]}, which is not part of an export; choose another folder"
        )


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes ``folder`` if the block succeeds.

    An earlier export in ``folder`` is replaced; if the block fails, it stays as it is.

    Raises:
        ExportFailed: ``folder`` is something other than an export, or cannot be written.
    """
    folder = folder.absolute()
    if folder.exists():
        check_export_folder(folder)
    partial, backup = (folder.with_name(f".{folder.name}.{end}") for end in ("partial", "before"))
    try:
        shutil.rmtree(partial, ignore_errors=True)  # left by an export that was killed
        partial.mkdir(parents=True)
        yield partial
        if folder.exists():
            shutil.rmtree(backup, ignore_errors=True)
            folder.rename(backup)
        try:
            partial.rename(folder)
        except OSError:
            backup.rename(folder)
            raise
    except OSError as error:
        raise ExportFailed(f"{folder} cannot be written: {error.strerror}") from None
    finally:
        for leftover in (partial, backup):
            shutil.rmtree(leftover, ignore_errors=True)

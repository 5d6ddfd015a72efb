"""The folder of an export: its file names, and its replacement as a whole."""

import errno
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.errors import EmojiReactorError
from bot.dataset.writers import SETTINGS, Format
from model.feedback import SPLITS

CARD_FILE = "README.md"
SUMMARY_FILE = "export.json"
EXPORT_FILES = frozenset(
    {
        CARD_FILE,
        SUMMARY_FILE,
        *(format_.path(split) for format_ in Format for split in SPLITS),
        *(path for settings in SETTINGS.values() for path in settings(SPLITS, ())),
    }
)
"""Relative paths of all files that an export may contain."""


_PARTIAL, _BACKUP = ".partial", ".before"
_DESKTOP_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".directory"})
_MOUNT_POINT = (errno.EBUSY, errno.EXDEV)


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
        and path.relative_to(folder).parts[0] not in (_PARTIAL, _BACKUP)
        and not _is_of_desktop(path.name)
    )
    if foreign:
        raise ExportFailed(
            f"{folder} contains {foreign[0]}, which is not part of an export; choose another folder"
        )


def _is_of_desktop(name: str) -> bool:
    """Return if file managers leave such a file in every folder that they show."""
    return name in _DESKTOP_FILES or name.startswith("._")


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
    partial, backup = (folder.with_name(f".{folder.name}{end}") for end in (_PARTIAL, _BACKUP))
    inside = folder / _PARTIAL
    try:
        partial = _make_draft(partial, inside)
        yield partial
        if partial == inside or not _swap(partial, folder, backup):
            _replace_content(partial, folder)
    except OSError as error:
        raise ExportFailed(f"{folder} cannot be written: {error.strerror}") from None
    finally:
        for leftover in (partial, backup, inside, folder / _BACKUP):
            shutil.rmtree(leftover, ignore_errors=True)


def _make_draft(beside: Path, inside: Path) -> Path:
    """Make an empty folder beside the export, or inside if nothing else can be written."""
    shutil.rmtree(beside, ignore_errors=True)  # left by an export that was killed
    try:
        beside.mkdir(mode=0o700, parents=True)
    except OSError:
        if not inside.parent.is_dir():
            raise
        shutil.rmtree(inside, ignore_errors=True)
        inside.mkdir(mode=0o700)
        return inside
    return beside


def _swap(partial: Path, folder: Path, backup: Path) -> bool:
    """Rename the new folder to the name of the old one; return False if that is a mount point."""
    if folder.exists():
        shutil.rmtree(backup, ignore_errors=True)
        try:
            folder.rename(backup)
        except OSError as error:
            if error.errno in _MOUNT_POINT:
                return False
            raise
    try:
        partial.rename(folder)
    except OSError:
        backup.rename(folder)
        raise
    return True


def _replace_content(partial: Path, folder: Path) -> None:
    """Replace what is in a mount point, which keeps its old content until all new is there."""
    draft, before = folder / _PARTIAL, folder / _BACKUP
    if partial != draft:
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(partial, draft)
    before.mkdir(mode=0o700)
    names = {path.split("/")[0] for path in EXPORT_FILES}
    try:
        _move(names, folder, before)
        _move(names, draft, folder)
    except OSError:
        _move(names, before, folder)
        raise


def _move(names: Iterable[str], source: Path, target: Path) -> None:
    for name in names:
        if (source / name).exists():
            (source / name).rename(target / name)

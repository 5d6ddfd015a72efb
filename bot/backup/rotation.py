"""The folder of backups: names, the newest ones, and the removal of old ones."""

import re
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.backup.manifest import Reason

DRAFT_PREFIX = ".draft-"
_NAME = re.compile(
    r"emoji-reactor-(?P<time>\d{8}T\d{6}\d{3})Z-(?P<reason>manual|migration|downgrade|restore)\.zip"
)
_TIME = "%Y%m%dT%H%M%S%f"
_ABANDONED_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup in the folder, as its name describes it."""

    path: Path
    created_at: datetime
    reason: Reason


def file_name(created_at: datetime, reason: Reason) -> str:
    """Return the name of a backup; names sort by time."""
    return f"emoji-reactor-{created_at.astimezone(UTC):{_TIME}}"[:-3] + f"Z-{reason}.zip"


def list_backups(folder: Path) -> Sequence[BackupFile]:
    """Return the backups in a folder, the newest first; other files are left out.

    Raises:
        OSError: the folder cannot be read.
    """
    if not folder.exists():
        return []
    found = []
    for path in folder.iterdir():
        if match := _NAME.fullmatch(path.name):
            with suppress(ValueError):  # a month 13
                created_at = datetime.strptime(match["time"] + "000", _TIME).replace(tzinfo=UTC)
                found.append(BackupFile(path, created_at, Reason(match["reason"])))
    return sorted(found, key=lambda backup: backup.created_at, reverse=True)


def rotate(folder: Path, keep: int) -> None:
    """Keep the newest ``keep`` backups of each reason, and no drafts of interrupted runs.

    Raises:
        OSError: one cannot be removed.
    """
    backups = list_backups(folder)
    for reason in Reason:
        for old in [backup for backup in backups if backup.reason is reason][keep:]:
            old.path.unlink(missing_ok=True)
    abandoned = time.time() - _ABANDONED_SECONDS
    for draft in (*folder.glob(f"{DRAFT_PREFIX}*"), *folder.glob(".emoji-reactor-*.zip.*")):
        with suppress(FileNotFoundError):
            if draft.stat().st_mtime < abandoned:
                shutil.rmtree(draft) if draft.is_dir() else draft.unlink()


def remove_expired(folder: Path, before: datetime) -> None:
    """Remove older backups that the program made without being asked: they hold texts, too.

    Raises:
        OSError: one cannot be removed.
    """
    for backup in list_backups(folder):
        if backup.reason is not Reason.MANUAL and backup.created_at < before:
            backup.path.unlink(missing_ok=True)

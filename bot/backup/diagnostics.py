"""The age of the last backup, for operators who make backups."""

from datetime import UTC, datetime, timedelta

from bot.backup.archive import open_archive
from bot.backup.create import backup_folder
from bot.backup.manifest import BackupError, Reason
from bot.backup.rotation import list_backups
from bot.config.settings import Settings
from bot.core.diagnostic import Diagnostic, ok, warning

MAX_AGE = timedelta(days=8)
"""A weekly backup with a day to spare."""


def check_backups(settings: Settings, now: datetime | None = None) -> list[Diagnostic]:
    """Return the finding on the last backup; none if no backup was ever made."""
    folder = backup_folder(settings)
    try:
        manual = [file for file in list_backups(folder) if file.reason is Reason.MANUAL]
    except OSError as error:
        message = f"{folder}: cannot be read: {error.strerror}"
        return [warning("backup", message, "run the command as its owner")]
    if not manual:
        return []
    newest = manual[0]
    try:
        with open_archive(newest.path):
            pass
    except BackupError as error:
        return [warning("backup", str(error), "emoji-reactor backup create")]
    age = (now or datetime.now(UTC)) - newest.created_at
    message = f"the last of {len(manual)} in {folder} is {_spoken(age)} old"
    if age > MAX_AGE:
        return [warning("backup", message, "emoji-reactor backup create, daily by a timer")]
    return [ok("backup", message)]


def _spoken(age: timedelta) -> str:
    hours = max(0, int(age.total_seconds() // 3600))
    if hours < 48:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{hours // 24} days"

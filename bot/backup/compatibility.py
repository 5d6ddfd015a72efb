"""Refusal of backups that do not fit the program or its database."""

from bot.backup.archive import Archive
from bot.backup.manifest import BackupError
from bot.database.engine import display_name, known_revisions, sqlite_path


def refuse_newer(archive: Archive) -> None:
    """Refuse a backup whose schema this program does not know.

    Raises:
        BackupError: it is.
    """
    manifest = archive.manifest
    if manifest.revision not in known_revisions():
        raise BackupError(
            f"{archive.path}: comes from a newer version of Emoji Reactor ({manifest.version},"
            f" revision {manifest.revision}); nothing was changed; upgrade the program first"
        )


def refuse_other_dialect(archive: Archive, url: str) -> None:
    """Refuse a backup of another kind of database than the configured one.

    Raises:
        BackupError: it is.
    """
    is_sqlite = sqlite_path(url) is not None
    if (archive.manifest.dialect == "sqlite") is not is_sqlite:
        raise BackupError(
            f"{archive.path}: is a backup of {archive.manifest.dialect}, and database.url is"
            f" {display_name(url)}; nothing was changed; choose a database of that kind"
        )

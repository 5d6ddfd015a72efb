"""Restoration of the settings and secrets files."""

from pathlib import Path

from bot.backup.archive import open_archive
from bot.backup.compatibility import refuse_newer
from bot.backup.manifest import SECRETS_FILE, SETTINGS, BackupError
from bot.config.ownership import write_private
from bot.config.secrets_file import secrets_path
from bot.config.settings import DEFAULT_PATH


def restore_settings(path: Path, config: Path | None) -> list[Path]:
    """Write the settings and secrets files of a backup where they do not exist.

    Return the files that were written.

    Raises:
        BackupError: the backup has none, or another file is in the place.
    """
    settings = config or DEFAULT_PATH
    written = []
    with open_archive(path) as archive:
        refuse_newer(archive)
        found = {
            settings: archive.read(SETTINGS),
            secrets_path(config): archive.read(SECRETS_FILE),
        }
    wanted = [(target, content) for target, content in found.items() if content is not None]
    if not wanted:
        raise BackupError(f"{path}: holds no settings; restore it without --settings")
    try:
        for target, content in wanted:
            if target.exists() and target.read_bytes() != content:
                raise BackupError(f"{target}: exists and differs from the backup's; move it away")
        for target, content in wanted:
            if not target.exists():
                write_private(target, content)
                written.append(target)
    except OSError as error:
        raise BackupError(f"{error.filename or settings}: {error.strerror}") from None
    return written

"""Downgrades of the schema, with a backup before."""

from pathlib import Path

from bot.backup.create import Contents, create_backup
from bot.backup.manifest import BackupError, Reason
from bot.config.settings import Settings
from bot.database import exclusion


async def downgrade(settings: Settings, revision: str, *, backup_first: bool) -> Path | None:
    """Take back the migrations after ``revision``; return the backup that was made.

    Raises:
        DatabaseInUse: a process uses the database.
        DatabaseError: ``revision`` is not an earlier one, or the database cannot be reached.
        BackupError: the backup failed; nothing was changed.
    """
    url = settings.database.url
    if await exclusion.revision_to_downgrade(url, revision) is None:
        return None
    async with exclusion.excluded(url):
        created = None
        if backup_first:
            try:
                created = await create_backup(settings, Contents(Reason.DOWNGRADE))
            except BackupError as error:
                raise BackupError(
                    f"{error}; nothing was changed; --no-backup goes on without"
                ) from None
        await exclusion.downgrade(url, revision)
    return created.path if created else None

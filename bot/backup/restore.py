"""Restoration of backups."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bot.backup import postgresql, sqlite
from bot.backup.archive import Archive, open_archive
from bot.backup.compatibility import refuse_newer, refuse_other_dialect
from bot.backup.create import Contents, create_backup, has_content
from bot.backup.manifest import (
    DATABASE,
    BackupError,
    Manifest,
    Reason,
)
from bot.backup.pseudonym_secret import secret_to_restore
from bot.backup.verify import extract_database
from bot.config.credentials import hash_secret_path
from bot.config.ownership import write_private
from bot.config.settings import Settings
from bot.database.engine import display_name, sqlite_path
from bot.database.exclusion import excluded


@dataclass(frozen=True, slots=True)
class Restoration:
    """Result of a restore, with the place of the earlier database."""

    manifest: Manifest
    earlier: Path | None = None
    """A backup of the database that was replaced."""
    damaged: list[Path] = field(default_factory=list)
    """Parts of a damaged database that was replaced."""


async def restore_backup(path: Path, settings: Settings, *, backup_first: bool) -> Restoration:
    """Put the database of a backup, and its secret if there is none, in the place of the present.

    With ``backup_first`` the present database is backed up, or copied if it is damaged.

    Raises:
        BackupError: the backup is damaged, of a newer version, of another kind of database or
            under another secret; or the present database cannot be backed up.
        DatabaseInUse: a process uses the database.
        DatabaseError: it cannot be reached.
    """
    url = settings.database.url
    with open_archive(path) as archive:
        refuse_newer(archive)
        refuse_other_dialect(archive, url)
        secret = secret_to_restore(archive, settings)
        database = sqlite_path(url)
        try:
            if database is None:
                return await _restore_postgresql(archive, settings, backup_first)
            return await _restore_sqlite(archive, settings, secret, backup_first)
        except OSError as error:
            name = error.filename or display_name(url)
            raise BackupError(f"{name}: {error.strerror}; the database was not replaced") from None


async def _restore_postgresql(
    archive: Archive, settings: Settings, backup_first: bool
) -> Restoration:
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / DATABASE
        await extract_database(archive, dump)
        async with excluded(settings.database.url):
            earlier = await _back_up(settings) if backup_first else None
        # psql takes the lock itself, and finds out if somebody came in between.
        await postgresql.restore(settings.database.url, dump)
    return Restoration(archive.manifest, earlier)


async def _restore_sqlite(
    archive: Archive, settings: Settings, secret: bytes | None, backup_first: bool
) -> Restoration:
    database = sqlite_path(settings.database.url)
    assert database is not None  # noqa: S101 - for the type checker
    async with excluded(settings.database.url):
        sqlite.remove_drafts(database)
        with tempfile.TemporaryDirectory(
            dir=database.resolve().parent, prefix=".restore-"
        ) as folder:
            draft = Path(folder) / DATABASE
            await extract_database(archive, draft)
            earlier, damaged = None, False
            if backup_first:
                try:
                    earlier = await _back_up(settings)
                except sqlite.DatabaseDamaged:
                    damaged = True
            if secret is not None:
                write_private(hash_secret_path(database), secret)
            aside = await asyncio.to_thread(sqlite.replace, database, draft, damaged=damaged)
    return Restoration(archive.manifest, earlier, aside)


async def _back_up(settings: Settings) -> Path | None:
    if not await has_content(settings):
        return None
    try:
        return (await create_backup(settings, Contents(Reason.RESTORE))).path
    except sqlite.DatabaseDamaged:
        raise
    except BackupError as error:
        raise BackupError(
            f"{error}; the present database must be backed up first; --no-backup goes on without"
        ) from None

"""Verification of backups: checksums, and the database itself."""

import asyncio
import tempfile
from pathlib import Path

from bot.backup import postgresql, sqlite
from bot.backup.archive import Archive, open_archive
from bot.backup.manifest import DATABASE, BackupError, Manifest
from bot.backup.pseudonym_secret import check_kept_secret


async def verify_backup(path: Path) -> Manifest:
    """Read a backup to its end and check the database in it; return its manifest.

    Raises:
        BackupError: it is damaged, or a program of PostgreSQL is missing.
    """
    with open_archive(path) as archive, tempfile.TemporaryDirectory() as folder:
        await extract_database(archive, Path(folder) / DATABASE)
        return archive.manifest


async def extract_database(archive: Archive, target: Path) -> None:
    """Check all files of an archive, and write its checked database to ``target``.

    Raises:
        BackupError: something is damaged, or ``target`` cannot be written.
    """
    for name in archive.manifest.files:
        if name != DATABASE:
            archive.extract(name, None)
    check_kept_secret(archive)
    try:
        with target.open("wb") as file:
            await asyncio.to_thread(archive.extract, DATABASE, file)
    except OSError as error:
        raise BackupError(f"{target.parent}: {error.strerror}") from None
    try:
        revision = await _examine(archive.manifest, target)
    except postgresql.ToolUnusable:
        raise
    except BackupError as error:
        raise BackupError(f"{archive.path}: {error}; choose another backup") from None
    if revision != archive.manifest.revision:
        raise BackupError(f"{archive.path}: is damaged: the database has another revision")


async def _examine(manifest: Manifest, database: Path) -> str:
    if manifest.dialect == "postgresql":
        return await postgresql.examine(database)
    return await asyncio.to_thread(sqlite.examine, database)

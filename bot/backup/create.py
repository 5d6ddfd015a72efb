"""Creation of backups."""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bot.backup import archive, postgresql, sqlite
from bot.backup.manifest import (
    DATABASE,
    MAX_SMALL_FILE_BYTES,
    SECRET,
    SECRETS_FILE,
    SETTINGS,
    BackupError,
    FileName,
    Manifest,
    Reason,
    fingerprint,
)
from bot.backup.pseudonym_secret import PseudonymSecret, current_secret
from bot.backup.rotation import DRAFT_PREFIX, file_name
from bot.config.ownership import make_private_folder
from bot.config.secrets_file import secrets_path
from bot.config.settings import Settings
from bot.database.engine import sqlite_path


@dataclass(frozen=True, slots=True)
class Contents:
    """Contents of a backup beside the database."""

    reason: Reason
    settings_file: Path | None = None
    with_secrets: bool = False
    """If the secrets file, and a pseudonym secret from the environment, are included."""


@dataclass(frozen=True, slots=True)
class CreatedBackup:
    """A new backup."""

    path: Path
    manifest: Manifest


def backup_folder(settings: Settings) -> Path:
    """Return the folder of backups."""
    return settings.backup.folder_for(sqlite_path(settings.database.url))


async def has_content(settings: Settings) -> bool:
    """Return if there is a database to back up.

    Raises:
        DatabaseError: it cannot be reached.
    """
    path = sqlite_path(settings.database.url)
    if path is not None:
        return sqlite.has_database(path)
    return await postgresql.has_tables(settings.database.url)


async def create_backup(
    settings: Settings, contents: Contents, folder: Path | None = None
) -> CreatedBackup:
    """Write a backup; the bot may run.

    Raises:
        BackupError: the database cannot be read, or the backup not be written.
        DatabaseError: the database cannot be reached.
        ConfigError: the pseudonym secret cannot be read.
    """
    if not await has_content(settings):
        raise BackupError("there is no database to back up yet; the first start creates it")
    folder = folder or backup_folder(settings)
    try:
        make_private_folder(folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix=DRAFT_PREFIX) as draft:
            return await _create(settings, contents, folder, Path(draft))
    except OSError as error:
        raise BackupError(f"{folder}: no backup was made: {error.strerror or error}") from None


async def _create(
    settings: Settings, contents: Contents, folder: Path, draft: Path
) -> CreatedBackup:
    created_at = datetime.now(UTC)
    secret = current_secret(settings)
    revision = await _copy_database(settings.database.url, draft / DATABASE)
    small = _small_files(contents, secret)
    for name, content in small.items():
        (draft / name).write_bytes(content)
    files: dict[FileName, Path] = {DATABASE: draft / DATABASE}
    files.update({name: draft / name for name in small})
    manifest = Manifest(
        version=version("emoji-reactor"),
        created_at=created_at,
        reason=contents.reason,
        dialect="postgresql" if sqlite_path(settings.database.url) is None else "sqlite",
        revision=revision,
        secret_fingerprint=None if secret is None else fingerprint(secret.value),
        files={name: archive.describe_file(path) for name, path in files.items()},
    )
    path = folder / file_name(created_at, contents.reason)
    await asyncio.to_thread(archive.write_archive, path, manifest, files)
    return CreatedBackup(path, manifest)


async def _copy_database(url: str, target: Path) -> str:
    """Copy the database and check the copy; return its revision."""
    path = sqlite_path(url)
    if path is None:
        await postgresql.dump(url, target)
        return await postgresql.examine(target)
    await asyncio.to_thread(sqlite.snapshot, path, target)
    return await asyncio.to_thread(sqlite.examine, target)


def _small_files(contents: Contents, secret: PseudonymSecret | None) -> Mapping[FileName, bytes]:
    found: dict[FileName, bytes] = {}
    if secret is not None and (secret.beside_database or contents.with_secrets):
        found[SECRET] = secret.value + b"\n"
    if contents.settings_file is not None:
        settings, secrets = contents.settings_file, secrets_path(contents.settings_file)
        if settings.exists():
            found[SETTINGS] = settings.read_bytes()
        if contents.with_secrets and secrets.exists():
            found[SECRETS_FILE] = secrets.read_bytes()
    for name, content in found.items():
        if len(content) > MAX_SMALL_FILE_BYTES:
            raise BackupError(f"{name}: larger than {MAX_SMALL_FILE_BYTES:,} bytes")
    return found

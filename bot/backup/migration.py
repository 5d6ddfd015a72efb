"""The database, opened with a backup before each migration that alters it."""

import logging
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.backup.create import Contents, backup_folder, create_backup
from bot.backup.manifest import BackupError, Reason
from bot.backup.postgresql import ToolUnusable
from bot.backup.rotation import remove_expired, rotate
from bot.config.settings import Settings
from bot.database import engine

logger = logging.getLogger(__name__)


async def open_database(settings: Settings) -> AsyncEngine:
    """Return an engine on the up-to-date database of the settings.

    Raises:
        DatabaseError: see ``bot.database.engine.open_database``.
        BackupError: the backup before a migration failed; nothing was changed.
    """
    return await engine.open_database(settings.database.url, before_migration(settings))


async def upgrade(settings: Settings) -> str:
    """Apply missing migrations; return the revision that the database then has.

    Raises:
        DatabaseError, BackupError: see ``open_database``.
    """
    return await engine.upgrade(settings.database.url, before_migration(settings))


def before_migration(settings: Settings) -> engine.BeforeMigration | None:
    """Return what makes the backup; None if the operator wants none."""
    return partial(_back_up, settings) if settings.backup.before_migration else None


def remove_expired_backups(settings: Settings, now: datetime) -> None:
    """Remove automatic backups that are older than the retention of texts, which they hold."""
    folder = backup_folder(settings)
    try:
        remove_expired(folder, settings.privacy.texts_kept_since(now))
    except OSError as error:
        logger.warning("%s: old backups cannot be removed: %s", folder, error.strerror)


async def _back_up(settings: Settings) -> None:
    try:
        created = await create_backup(settings, Contents(Reason.MIGRATION))
        rotate(backup_folder(settings), settings.backup.keep)
    except ToolUnusable as error:
        logger.warning("the database is migrated without a backup: %s", error)
    except BackupError as error:
        raise BackupError(
            f"the backup before the migration failed, nothing was changed: {error};"
            " backup.before_migration = false goes on without"
        ) from None
    except OSError as error:
        logger.warning("%s: old backups cannot be removed: %s", error.filename, error.strerror)
    else:
        logger.info("the database is migrated; a backup of it is %s", created.path)

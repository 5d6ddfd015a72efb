"""The pseudonym secret under which members are known, compared with that of a backup."""

from dataclasses import dataclass
from pathlib import Path

from bot.backup.archive import Archive
from bot.backup.manifest import SECRET, BackupError, fingerprint
from bot.config import credentials
from bot.config.credentials import HASH_SECRET_VARIABLE, hash_secret_path
from bot.config.errors import ConfigError
from bot.config.settings import Settings
from bot.database.engine import sqlite_path


@dataclass(frozen=True, slots=True)
class PseudonymSecret:
    """A pseudonym secret, and if it is a file beside the database."""

    value: bytes
    beside_database: bool

    def __repr__(self) -> str:
        """Hide the value."""
        return f"PseudonymSecret(beside_database={self.beside_database})"


def current_secret(settings: Settings) -> PseudonymSecret | None:
    """Return the secret that the bot uses; None if there is none yet.

    Raises:
        ConfigError: it cannot be read.
    """
    given = credentials.load().hash_secret
    if given is not None:
        return PseudonymSecret(given.get_secret_value().encode(), beside_database=False)
    path = sqlite_path(settings.database.url)
    if path is None or not hash_secret_path(path).exists():
        return None
    try:
        return PseudonymSecret(hash_secret_path(path).read_bytes().strip(), beside_database=True)
    except OSError as error:
        raise ConfigError(f"{hash_secret_path(path)}: cannot be used: {error.strerror}") from None


def secret_to_restore(archive: Archive, settings: Settings) -> bytes | None:
    """Return the content of the secret file to write; None if the present secret is the right one.

    Raises:
        BackupError: the backup was made under another secret, or there is none.
    """
    expected = archive.manifest.secret_fingerprint
    if expected is None:
        return None
    path, current = sqlite_path(settings.database.url), current_secret(settings)
    if current is not None:
        if fingerprint(current.value) != expected:
            raise _wrong_secret(archive.path, path if current.beside_database else None)
        return None
    kept = archive.read(SECRET)
    if path is None or kept is None:
        raise BackupError(
            f"{archive.path}: needs the pseudonym secret of that time; set {HASH_SECRET_VARIABLE}"
        )
    return kept


def check_kept_secret(archive: Archive) -> None:
    """Compare the secret in an archive with its fingerprint.

    Raises:
        BackupError: they differ.
    """
    kept = archive.read(SECRET)
    if kept is not None and fingerprint(kept.strip()) != archive.manifest.secret_fingerprint:
        raise BackupError(f"{archive.path}: is damaged: its pseudonym secret is not the database's")


def _wrong_secret(archive: Path, database: Path | None) -> BackupError:
    name = HASH_SECRET_VARIABLE if database is None else str(hash_secret_path(database))
    return BackupError(
        f"{archive}: was made under another pseudonym secret than {name}, so that members would not"
        " be recognised and opt-outs not hold; nothing was changed; "
        + ("set the secret of that time" if database is None else "move that file away")
    )

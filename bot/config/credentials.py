"""Secrets: from the environment or from files that it names, never from the settings file."""

import logging
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.config.settings import ConfigError
from model import atomic

logger = logging.getLogger(__name__)

HASH_SECRET = "EMOJI_REACTOR_SECRET"  # noqa: S105 - the variable's name
MINIMUM_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was given; none of it prints."""

    discord_token: SecretStr | None = None
    telegram_token: SecretStr | None = None
    hash_secret: SecretStr | None = None
    """The key under which members are hashed (see ``bot.core.members.pseudonyms``)."""

    def known(self) -> list[str]:
        """The secrets in clear, for the log to strike out."""
        given = (self.discord_token, self.telegram_token, self.hash_secret)
        return [secret.get_secret_value() for secret in given if secret is not None]


def load(environment: Mapping[str, str] | None = None) -> Credentials:
    """Read ``DISCORD_TOKEN``, ``TELEGRAM_TOKEN`` and ``EMOJI_REACTOR_SECRET``, or ``..._FILE``.

    Raises:
        ConfigError: both forms of one secret, an unreadable file, or characters no token has.
    """
    given = os.environ if environment is None else environment
    credentials = Credentials(
        discord_token=_read(given, "DISCORD_TOKEN"),
        telegram_token=_read(given, "TELEGRAM_TOKEN"),
        hash_secret=_read(given, HASH_SECRET),
    )
    secret = credentials.hash_secret
    if secret is not None and len(secret.get_secret_value()) < MINIMUM_LENGTH:
        raise ConfigError(f"{HASH_SECRET}: should have {MINIMUM_LENGTH} characters or more")
    return credentials


def hash_secret(given: SecretStr | None, database: Path | None, *, warn: bool = False) -> bytes:
    """The given secret, or the one beside the database's file, made on first use.

    With ``warn`` members are known under an earlier secret, so that a new one deserves a warning.

    Raises:
        ConfigError: none given for a database that is no file, or the file cannot be used.
    """
    if given is not None:
        return given.get_secret_value().encode()
    if database is None:
        raise ConfigError(f"{HASH_SECRET}: must be set where the database is not an SQLite file")
    path = secret_file(database)
    try:
        if not path.exists():
            if warn:
                logger.warning("%s was missing and is new: earlier opt-outs no longer match", path)
            # Another process's file stands.
            atomic.write(path, secrets.token_hex(32) + "\n", replace=False)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be used: {error.strerror}") from None
    if len(secret) < MINIMUM_LENGTH:
        raise ConfigError(f"{path}: too short; restore it, as earlier hashes depend on it")
    return secret


def secret_file(database: Path) -> Path:
    """Where the secret of a database's file is kept unless it is given."""
    return database.with_name(database.name + ".secret")


def _read(environment: Mapping[str, str], name: str) -> SecretStr | None:
    value, file = environment.get(name, "").strip(), environment.get(f"{name}_FILE", "")
    if value and file:
        raise ConfigError(f"{name}: set it or {name}_FILE, not both")
    if file:
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"{name}_FILE: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ConfigError(f"{name}_FILE: not a text file in UTF-8") from None
        if not value:
            raise ConfigError(f"{name}_FILE: the file is empty")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ConfigError(f"{name}: holds characters that no token has")
    return SecretStr(value) if value else None

"""Secrets, from the environment or from files that it names, never from the settings file."""

import logging
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from bot.config.api_tokens import ApiToken, parse_api_tokens
from bot.config.errors import ConfigError
from bot.platforms import PLATFORMS, Platform
from model import atomic

logger = logging.getLogger(__name__)

HASH_SECRET_VARIABLE = "EMOJI_REACTOR_SECRET"  # noqa: S105 - the variable's name
WEB_TOKEN_VARIABLE = "EMOJI_REACTOR_WEB_TOKEN"  # noqa: S105 - the variable's name
API_TOKENS_VARIABLE = "EMOJI_REACTOR_API_TOKENS"
MODEL_TOKEN_VARIABLE = "EMOJI_REACTOR_MODEL_TOKEN"  # noqa: S105 - the variable's name
MIN_SECRET_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of the environment; none of them prints."""

    tokens: Mapping[str, SecretStr] = field(default_factory=dict)
    """Platform name -> token."""
    hash_secret: SecretStr | None = None
    """The key of pseudonyms (see ``bot.core.members.pseudonyms``)."""
    web_token: SecretStr | None = None
    """The token that the web page asks for; None if everybody may open it."""
    api_tokens: tuple[ApiToken, ...] = ()
    """The tokens that the HTTP API takes."""
    model_token: SecretStr | None = None
    """The token for the server that ``model.source`` names, if it is a URL."""

    def token(self, platform: Platform) -> str | None:
        """Return the token of a platform in clear text."""
        secret = self.tokens.get(platform.name)
        return None if secret is None else secret.get_secret_value()

    def secret_values(self) -> list[str]:
        """Return all secrets in clear text, for the log to redact."""
        optional = (
            *self.tokens.values(),
            self.hash_secret,
            self.web_token,
            self.model_token,
            *(token.secret for token in self.api_tokens),
        )
        return [secret.get_secret_value() for secret in optional if secret is not None]


def load(environment: Mapping[str, str] | None = None) -> Credentials:
    """Read the tokens and ``EMOJI_REACTOR_SECRET``, or the files that ``..._FILE`` name.

    Raises:
        ConfigError: both forms of one secret, an unreadable file, or characters no token has.
    """
    if environment is None:
        environment = os.environ
    tokens = {
        platform.name: token
        for platform in PLATFORMS
        if (token := _read(environment, platform.token_variable)) is not None
    }
    api_tokens = _read(environment, API_TOKENS_VARIABLE, is_list=True)
    return Credentials(
        tokens,
        hash_secret=_read_long(environment, HASH_SECRET_VARIABLE),
        web_token=_read_long(environment, WEB_TOKEN_VARIABLE),
        api_tokens=()
        if api_tokens is None
        else parse_api_tokens(api_tokens.get_secret_value(), API_TOKENS_VARIABLE),
        model_token=_read_long(environment, MODEL_TOKEN_VARIABLE),
    )


def load_hash_secret(
    configured: SecretStr | None, database: Path | None, *, members_exist: bool = False
) -> bytes:
    """Return the configured secret, or the one next to the database file, made on first use.

    Args:
        configured: the secret of the environment.
        database: the SQLite file; None for a database server.
        members_exist: members are known under an earlier secret, so warn of a new one.

    Raises:
        ConfigError: no secret is configured for a database server, or the file cannot be used.
    """
    if configured is not None:
        return configured.get_secret_value().encode()
    if database is None:
        raise ConfigError(
            f"{HASH_SECRET_VARIABLE}: must be set where the database is not an SQLite file"
        )
    path = hash_secret_path(database)
    try:
        if not path.exists():
            if members_exist:
                logger.warning("%s was missing and is new: earlier opt-outs no longer match", path)
            # If another process wrote the file meanwhile, that one is kept.
            atomic.write(path, secrets.token_hex(32) + "\n", replace=False)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be used: {error.strerror}") from None
    if len(secret) < MIN_SECRET_LENGTH:
        raise ConfigError(f"{path}: too short; restore it, as earlier hashes depend on it")
    return secret


def hash_secret_path(database: Path) -> Path:
    """Return the file that holds the secret of an SQLite database unless one is configured."""
    return database.with_name(database.name + ".secret")


def _read_long(environment: Mapping[str, str], name: str) -> SecretStr | None:
    secret = _read(environment, name)
    if secret is not None and len(secret.get_secret_value()) < MIN_SECRET_LENGTH:
        raise ConfigError(f"{name}: should have {MIN_SECRET_LENGTH} characters or more")
    return secret


def _read(environment: Mapping[str, str], name: str, *, is_list: bool = False) -> SecretStr | None:
    """Return a secret; a list may stand on several lines of its file."""
    value, file = environment.get(name, "").strip(), environment.get(f"{name}_FILE", "")
    if value and file:
        raise ConfigError(f"{name}: set it or {name}_FILE, not both")
    if file:
        value = _read_file(f"{name}_FILE", Path(file))
    if is_list:
        value = ",".join(value.split())
    value = _unquote(value)
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ConfigError(f"{name}: holds characters that no token has")
    return SecretStr(value) if value else None


def _unquote(value: str) -> str:
    """Return the value without a pair of quotes around it, which container engines leave there."""
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1].strip() if is_quoted else value


def _read_file(variable: str, file: Path) -> str:
    try:
        value = file.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise ConfigError(f"{variable}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{variable}: not a text file in UTF-8") from None
    if not value:
        raise ConfigError(f"{variable}: the file is empty")
    return value

"""Loading of settings from a file and the environment; every mistake is a ``ConfigError``."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from bot.config.errors import ConfigError
from bot.config.settings import DEFAULT_PATH, Settings
from bot.config.validation import (
    check_environment,
    explain_error,
    refuse_secrets,
    refuse_unknown_sections,
)


def load(path: Path | None = None) -> Settings:
    """Load settings from ``path`` (None: ``config.toml`` if there is one) and the environment.

    Raises:
        ConfigError: a missing or unreadable file, an unknown key, a wrong value, a secret.
    """
    text = "" if path is None and not DEFAULT_PATH.exists() else read_text(path or DEFAULT_PATH)
    return parse(text, path or DEFAULT_PATH)


def parse(text: str, path: Path = DEFAULT_PATH) -> Settings:
    """Parse a file's text and the environment; error messages name ``path``.

    Raises:
        ConfigError: an unknown key, a wrong value, a secret.
    """
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    name = path.name
    refuse_secrets(data, name)
    refuse_unknown_sections(data, name)
    check_environment()
    try:
        return Settings(**data)
    except ValidationError as error:
        raise ConfigError(explain_error(error, name)) from None


def read_text(path: Path) -> str:
    """Read a settings file.

    Raises:
        ConfigError: it cannot be read, or is not text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text file in UTF-8") from None

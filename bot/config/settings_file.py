"""Writing of settings into the commented example, or into an operator's existing file."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import tomlkit
from tomlkit.items import Table

from bot.config import shipped_files
from bot.config.errors import ConfigError
from bot.config.loading import parse
from bot.config.settings import Settings
from bot.config.validation import check_key
from model import atomic

FILE_MODE = 0o644
"""The file holds no secret, and a service runs as another user than the one who wrote it."""


def read_example() -> str:
    """Read the example, which has every key with its default and a comment."""
    return shipped_files.read("config.example.toml")


def with_values(text: str, values: Mapping[str, object]) -> str:
    """Return the text with other values of ``section.key``; comments and all else stay.

    Raises:
        tomlkit.exceptions.TOMLKitError: the text is not TOML.
    """
    document = tomlkit.parse(text)
    for path, value in values.items():
        section, _, key = path.partition(".")
        table = document.setdefault(section, tomlkit.table())
        toml_value = _as_toml(value)
        if not isinstance(table, Table) or table.unwrap().get(key) != toml_value:
            table[key] = toml_value
    return tomlkit.dumps(document)


def parse_assignments(arguments: Iterable[str]) -> dict[str, object]:
    """Parse ``section.key=value``; a value that is not TOML is a text.

    Raises:
        ConfigError: one of them has no ``=``, or a key that is unknown.
    """
    values: dict[str, object] = {}
    for argument in arguments:
        path, equals, value = argument.partition("=")
        path = path.strip()
        if not equals:
            raise ConfigError(f"--set {path}: should be SECTION.KEY=VALUE")
        check_key(path, "--set")
        try:
            values[path] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            values[path] = value
    return values


def write(path: Path, text: str, *, replace: bool) -> Settings:
    """Check the text as the bot would, write it atomically, and return its settings.

    Raises:
        ConfigError: a value is wrong, a file exists that must not be replaced, or the file cannot
            be written; nothing is changed.
    """
    settings = parse(text, path)
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else FILE_MODE
        if not atomic.write(path, text, mode=mode, replace=replace):
            raise ConfigError(f"{path}: is there already; --update changes it")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    return settings


def _as_toml(value: object) -> object:
    """Convert a value to TOML, which has no null and no tuples."""
    if value is None:
        return ""
    return list(value) if isinstance(value, tuple) else value

"""Writes settings into the commented example, or into a file that an operator has already."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

import tomlkit
from tomlkit.items import Table

from bot.config.settings import ConfigError, Settings, check_key, parse
from model import atomic

READABLE = 0o644
"""It holds no secret, and a service runs as somebody else than who wrote it."""


def example() -> str:
    """The example with every key, its default and a comment."""
    packaged = Path(str(files("bot").joinpath("config.example.toml")))
    checkout = Path(str(files("bot"))).parent / "config.example.toml"
    return (packaged if packaged.exists() else checkout).read_text(encoding="utf-8")


def with_values(text: str, values: Mapping[str, object]) -> str:
    """The text with other values under ``section.key``; comments and everything else stay.

    Raises:
        tomlkit.exceptions.TOMLKitError: it is no TOML.
    """
    document = tomlkit.parse(text)
    for place, value in values.items():
        section, _, key = place.partition(".")
        table = document.setdefault(section, tomlkit.table())
        plain = _plain(value)
        if not isinstance(table, Table) or table.unwrap().get(key) != plain:
            table[key] = plain
    return tomlkit.dumps(document)


def assignments(given: Iterable[str]) -> dict[str, object]:
    """Values from ``section.key=value``, each as TOML writes it, or as it stands.

    Raises:
        ConfigError: one of them has no ``=``, or a key that is unknown.
    """
    found: dict[str, object] = {}
    for each in given:
        place, equals, value = each.partition("=")
        place = place.strip()
        if not equals:
            raise ConfigError(f"--set {place}: should be SECTION.KEY=VALUE")
        check_key(place, "--set")
        try:
            found[place] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[place] = value
    return found


def write(path: Path, text: str, *, replace: bool) -> Settings:
    """Check the text as the bot would, then write it whole or not at all; what it says.

    Raises:
        ConfigError: a value is wrong, one is there that must not be replaced, or the file cannot
            be written; nothing is altered.
    """
    settings = parse(text, path)
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else READABLE
        if not atomic.write(path, text, mode=mode, replace=replace):
            raise ConfigError(f"{path}: is there already; --update changes it")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    return settings


def _plain(value: object) -> object:
    """As TOML has it: no null, and lists rather than tuples."""
    if value is None:
        return ""
    return list(value) if isinstance(value, tuple) else value

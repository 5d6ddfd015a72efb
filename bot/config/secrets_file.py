"""``config.env`` next to ``config.toml``: secret variables that only the owner may read.

Its lines are ``NAME=VALUE``, which systemd (``EnvironmentFile=``) and containers (``--env-file``)
read as well. The program takes its own variables from it; the environment takes precedence.
"""

import os
import re
from collections.abc import Mapping, MutableMapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from bot.config.credentials import (
    API_TOKENS_VARIABLE,
    HASH_SECRET_VARIABLE,
    MODEL_TOKEN_VARIABLE,
    WEB_TOKEN_VARIABLE,
)
from bot.config.errors import ConfigError
from bot.config.settings import DEFAULT_PATH, ENVIRONMENT_PREFIX
from bot.platforms import TOKEN_VARIABLES
from model import atomic

SECRET_VARIABLES = (
    *TOKEN_VARIABLES,
    HASH_SECRET_VARIABLE,
    WEB_TOKEN_VARIABLE,
    API_TOKENS_VARIABLE,
    MODEL_TOKEN_VARIABLE,
)
# Characters that all three readers take literally: no spaces, quotes or backslashes.
_LITERAL = re.compile(r"[!#-&(-\[\]-~]+")


def secrets_path(config: Path | None) -> Path:
    """Return the secrets file that belongs to a settings file."""
    return (config or DEFAULT_PATH).with_suffix(".env")


def load_into_environment(
    config: Path | None, environment: MutableMapping[str, str] = os.environ
) -> None:
    """Set the file's variables in the environment, except those that are set already.

    A file that this user may not read is skipped: systemd reads it as root.

    Raises:
        ConfigError: it is not a text file, or cannot be read for another reason.
    """
    for name, value in read(secrets_path(config)).items():
        if not environment.get(name) and not environment.get(_other_form(name)):
            environment[name] = value


def read(path: Path) -> dict[str, str]:
    """Read the program's variables; none if the file is missing or this user may not read it.

    Raises:
        ConfigError: it is not a text file, or cannot be read for another reason.
    """
    try:
        return parse(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, PermissionError):
        return {}
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text file in UTF-8") from None


def parse(text: str) -> dict[str, str]:
    """Parse the program's variables from lines ``NAME=VALUE``; skip other programs' variables."""
    variables = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value for name, value in variables.items() if value and is_known_variable(name)}


def is_known_variable(name: str) -> bool:
    """Return if the program reads a variable of this name."""
    return name.removesuffix("_FILE") in SECRET_VARIABLES or name.startswith(ENVIRONMENT_PREFIX)


def write(path: Path, values: Mapping[str, str]) -> None:
    """Set values in the file, which only its owner may read; its other lines stay.

    Raises:
        ConfigError: a value has characters that no secret has, or the file cannot be written.
    """
    try:
        before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        atomic.write(path, with_values(before, values))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text file in UTF-8") from None


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return the text with a line for each value, without earlier lines of the same name.

    Raises:
        ConfigError: a value has characters that no secret has.
    """
    for name, value in values.items():
        check_value(name, value)
    replaced = {*values, *(_other_form(name) for name in values)}
    lines = text.removesuffix("\n").split("\n")
    kept = "\n".join(line for line in lines if _variable_name(line) not in replaced)
    added = "".join(f"{name}={value}\n" for name, value in values.items())
    return f"{kept}\n{added}" if kept else added


def check_value(name: str, value: str) -> None:
    """Refuse a value that the readers of such a file would not all read alike.

    Raises:
        ConfigError: the value, which is not quoted, has spaces, quotes or the like.
    """
    if not _LITERAL.fullmatch(value):
        raise ConfigError(f"{name}: holds characters that no token has")


def _other_form(name: str) -> str:
    """Return ``NAME_FILE`` for ``NAME``, and the other way round."""
    return name.removesuffix("_FILE") if name.endswith("_FILE") else f"{name}_FILE"


def _variable_name(line: str) -> str:
    return line.partition("=")[0].strip().removeprefix("export ").strip()

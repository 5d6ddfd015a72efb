"""``config.env`` beside ``config.toml``: variables that are nobody else's business.

Its lines are ``NAME=VALUE``, which systemd (``EnvironmentFile=``) and containers (``--env-file``)
read as well. The program takes its own variables from it, and the environment stands over them.
"""

import os
import re
from collections.abc import Mapping, MutableMapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from bot.config.credentials import HASH_SECRET
from bot.config.settings import DEFAULT_PATH, ENVIRONMENT_PREFIX, ConfigError
from model import atomic

SECRETS = ("DISCORD_TOKEN", "TELEGRAM_TOKEN", HASH_SECRET)
# What all three readers take for the same: no spaces, quotes or backslashes.
_PLAIN = re.compile(r"[!#-&(-\[\]-~]+")


def beside(config: Path | None) -> Path:
    """Where the secrets of a settings file are."""
    return (config or DEFAULT_PATH).with_suffix(".env")


def adopt(config: Path | None, environment: MutableMapping[str, str] = os.environ) -> None:
    """Put what the file has into the environment, where that has nothing of the name.

    A file that this user may not read is left to whom it is for: systemd reads it as root.

    Raises:
        ConfigError: it is not a text file, or cannot be read for another reason.
    """
    for name, value in read(beside(config)).items():
        if not environment.get(name) and not environment.get(_twin(name)):
            environment[name] = value


def read(path: Path) -> dict[str, str]:
    """Our variables in a file; none where it is missing or for others only.

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
    """Our variables in lines ``NAME=VALUE``; what else stands there is for somebody else."""
    found = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value for name, value in found.items() if value and is_ours(name)}


def is_ours(name: str) -> bool:
    """Whether the program reads a variable of this name."""
    return name.removesuffix("_FILE") in SECRETS or name.startswith(ENVIRONMENT_PREFIX)


def write(path: Path, values: Mapping[str, str]) -> None:
    """Put values into the file, which only its owner may read; its other lines stay.

    Raises:
        ConfigError: a value has characters that no secret has, or the file cannot be written.
    """
    try:
        before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        atomic.write(path, with_lines(before, values))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text file in UTF-8") from None


def with_lines(text: str, values: Mapping[str, str]) -> str:
    """The text with a line for each value, in the place of those that set the same name.

    Raises:
        ConfigError: a value has characters that no secret has.
    """
    for name, value in values.items():
        check(name, value)
    names = {*values, *(_twin(name) for name in values)}
    kept = [line for line in text.removesuffix("\n").split("\n") if _name(line) not in names]
    before = "\n".join(kept)
    lines = "".join(f"{name}={value}\n" for name, value in values.items())
    return f"{before}\n{lines}" if before else lines


def check(name: str, value: str) -> None:
    """Refuse what the readers of such a file would not all take for the same.

    Raises:
        ConfigError: the value, which is not quoted, has spaces, quotes or the like.
    """
    if not _PLAIN.fullmatch(value):
        raise ConfigError(f"{name}: holds characters that no token has")


def _twin(name: str) -> str:
    """``NAME_FILE`` of ``NAME``, and the other way round."""
    return name.removesuffix("_FILE") if name.endswith("_FILE") else f"{name}_FILE"


def _name(line: str) -> str:
    return line.partition("=")[0].strip().removeprefix("export ").strip()

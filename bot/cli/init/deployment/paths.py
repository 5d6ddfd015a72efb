"""Paths as units and compose files can name them without quotes."""

import re
from pathlib import Path

from bot.config.errors import ConfigError

_PLAIN = re.compile(r"[\w/.@+,-]+")
"""No spaces, quotes, colons, ``%`` and ``$``, which such files read in their own ways."""


def plain(path: Path) -> str:
    """Return a path as text.

    Raises:
        ConfigError: it has characters that would have to be quoted.
    """
    if not _PLAIN.fullmatch(str(path)):
        raise ConfigError(
            f"{path}: only letters, digits and / . _ - + @ , can stand in the files of --deploy;"
            " use another folder"
        )
    return str(path)

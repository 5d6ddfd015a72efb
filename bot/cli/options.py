"""What several commands share: the settings file, and how it is read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.config.credentials import Credentials
    from bot.config.settings import Settings

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings; default: config.toml, if present."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]


def start(config: Path | None) -> "tuple[Settings, Credentials]":
    """Read settings and secrets, and set up the log as they say.

    Raises:
        ConfigError: something in them is wrong.
    """
    from bot import log
    from bot.config import credentials, secrets_file, settings

    secrets_file.adopt(config)
    loaded = settings.load(config)
    secrets = credentials.load()
    level = "debug" if log.debugging() else loaded.log.level  # --debug stands
    log.configure(level, loaded.log.format, secrets.known())
    return loaded, secrets


def served(config: Path | None = None) -> str:
    """The folder of the artifact that the bot would serve here.

    Raises:
        ConfigError: something in the settings is wrong.
        ArtifactError: it is missing or corrupt.
    """
    from bot.config import secrets_file
    from bot.config.settings import load
    from bot.serving import open_registry

    secrets_file.adopt(config)
    return str(open_registry(load(config).model).served().folder)

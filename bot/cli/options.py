"""Options that several commands share, and the start that they have in common."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot import log
from bot.config import credentials, loading, secrets_file
from bot.config.credentials import Credentials
from bot.config.errors import ConfigError
from bot.config.proxy import prepare_environment
from bot.config.settings import Settings
from bot.serving import open_registry

DEFAULT_RECIPE = Path("recipes/default.toml")


class ExportFormat(StrEnum):
    """Values of ``--format``."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    LABEL_STUDIO = "label-studio"
    ARGILLA = "argilla"
    ALL = "all"


AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings; default: config.toml, if present."),
]
DatasetOption = Annotated[
    Path, typer.Option("--dataset", metavar="DIR", help="What feedback export wrote.")
]
ExportFormatOption = Annotated[
    ExportFormat,
    typer.Option("--format", help="parquet needs the train extra; all is the first three."),
]
FullOption = Annotated[
    bool, typer.Option("--full", help="Fit the encoder as well: hours instead of minutes.")
]
ReactionsOption = Annotated[
    bool,
    typer.Option(
        "--reactions", help="Fit a reaction head alone: what authors write stays as it is."
    ),
]
LicenceOption = Annotated[
    str, typer.Option(metavar="ID", help="For the dataset's card, as the Hub names it.")
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="PATH|HUB_ID", help="Another artifact than the served one."),
]
RecipeOption = Annotated[
    Path, typer.Option("--recipe", metavar="FILE", help="Data, emotion table, hyper-parameters.")
]
ThreadsOption = Annotated[int, typer.Option(min=1, help="CPU threads.")]


def _require_empty(folder: Path) -> Path:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise typer.BadParameter(f"{folder} is not empty; choose a new folder")
    return folder


NewFolder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="A new folder.", callback=_require_empty)
]


def initialize(config: Path | None) -> tuple[Settings, Credentials]:
    """Load settings and secrets, and set up the log accordingly.

    Raises:
        ConfigError: something in them is wrong.
    """
    secrets_file.load_into_environment(config)
    loaded = loading.load(config)
    secrets = credentials.load()
    debugging = log.is_debugging()  # --debug takes precedence
    level, levels = ("debug", {}) if debugging else (loaded.log.level, loaded.log.levels)
    known = [*secrets.secret_values(), loaded.network.proxy or ""]  # a proxy may have a password
    log.configure(level, loaded.log.format, known, levels)
    prepare_environment(loaded.network.proxy)
    return loaded, secrets


def served_folder(config: Path | None = None) -> str:
    """Return the folder of the artifact that the bot would serve.

    Raises:
        ConfigError: something in the settings is wrong.
        ArtifactError: the artifact is missing or corrupt.
    """
    secrets_file.load_into_environment(config)
    settings = loading.load(config).model
    if settings.is_remote:
        raise ConfigError(
            "model.source: is the URL of a server, and this command needs an artifact here; pass"
            " one with --model"
        )
    return str(open_registry(settings).served().folder)

"""``emoji-reactor model promote``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import ConfigFile, initialize
from bot.serving import open_registry
from bot.serving import promote as promote_artifact


def promote(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="The artifact to serve from now on.")
    ] = None,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to what was served before.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Serve another artifact from now on; a running bot takes it between two messages.

    The artifact is copied, and the one before it is kept.

    Example: emoji-reactor model promote runs/retrain/artifact
    """
    if (folder is None) is not rollback:
        raise typer.BadParameter("give a FOLDER or --rollback", param_hint="FOLDER")
    settings, _ = initialize(config)
    if folder is None:
        artifact = open_registry(settings.model).rollback()
    else:
        artifact = promote_artifact(settings.model, folder)
    typer.echo(f"{artifact.version} is served from {artifact.folder}")

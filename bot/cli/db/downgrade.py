"""``emoji-reactor db downgrade``."""

import asyncio
from typing import Annotated

import typer

from bot.backup import downgrade as backed_up
from bot.cli.options import ConfigFile, initialize
from bot.database.engine import display_name


def downgrade(
    revision: Annotated[str, typer.Argument(help="An earlier revision, such as 0001.")],
    config: ConfigFile = None,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Do not back up the database first.")
    ] = False,
) -> None:
    """Take back migrations, before an earlier version is installed; stop the bot first.

    What only the newer version stores is deleted; a backup is made before.

    Example: emoji-reactor db downgrade 0001
    """
    settings, _ = initialize(config)
    created = asyncio.run(backed_up.downgrade(settings, revision, backup_first=not no_backup))
    typer.echo(f"{display_name(settings.database.url)}: revision {revision}")
    if created is not None:
        typer.echo(f"{created}: the database before")

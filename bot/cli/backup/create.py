"""``emoji-reactor backup create``."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.backup.create import Contents, backup_folder, create_backup
from bot.backup.manifest import SECRET, Reason
from bot.backup.rotation import rotate
from bot.cli.backup.description import describe
from bot.cli.options import ConfigFile, initialize
from bot.config.settings import DEFAULT_PATH


def create(
    config: ConfigFile = None,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder; default: backup.folder.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Number of backups that stay; default: backup.keep.")
    ] = None,
    secrets: Annotated[
        bool,
        typer.Option(
            "--secrets", help="Include config.env, with its tokens, and EMOJI_REACTOR_SECRET."
        ),
    ] = False,
) -> None:
    """Write a backup, also while the bot runs, and remove the oldest ones.

    It holds the database, the pseudonym secret beside an SQLite database, and config.toml.
    PostgreSQL needs its program pg_dump.

    Example: emoji-reactor backup create --folder /mnt/backups --keep 30
    """
    settings, _ = initialize(config)
    contents = Contents(Reason.MANUAL, config or DEFAULT_PATH, secrets)
    created = asyncio.run(create_backup(settings, contents, folder))
    rotate(folder or backup_folder(settings), keep or settings.backup.keep)
    typer.echo(f"{created.path}: {describe(created.manifest)}")
    if created.manifest.secret_fingerprint is None:
        typer.echo("not included: a pseudonym secret, since there is none yet", err=True)
    elif SECRET not in created.manifest.files:
        message = "not included: EMOJI_REACTOR_SECRET; keep it elsewhere, or use --secrets"
        typer.echo(message, err=True)

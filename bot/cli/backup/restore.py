"""``emoji-reactor backup restore``."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.backup.restore import restore_backup
from bot.backup.restore_settings import restore_settings
from bot.cli.backup.description import describe
from bot.cli.options import ConfigFile, initialize
from bot.database.engine import display_name


def restore(
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="A backup, a file *.zip.")],
    config: ConfigFile = None,
    with_settings: Annotated[
        bool,
        typer.Option("--settings", help="Restore the backup's config.toml and config.env first."),
    ] = False,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Do not back up the present database first.")
    ] = False,
) -> None:
    """Replace the database by that of a backup; stop the bot first.

    Refused, without a change: a damaged backup, one of a newer version, one made under another
    pseudonym secret, and a database in use. PostgreSQL needs its programs pg_restore and psql.

    Example: emoji-reactor backup restore backups/emoji-reactor-20260102T030405006Z-manual.zip
    """
    if with_settings:
        for path in restore_settings(backup, config):
            typer.echo(f"{path}: restored")
    settings, _ = initialize(config)
    done = asyncio.run(restore_backup(backup, settings, backup_first=not no_backup))
    typer.echo(f"{display_name(settings.database.url)}: restored: {describe(done.manifest)}")
    if done.earlier is not None:
        typer.echo(f"{done.earlier}: the database before")
    for part in done.damaged:
        typer.echo(f"{part}: the damaged database before")

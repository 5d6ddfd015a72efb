"""``emoji-reactor backup verify``."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.backup.verify import verify_backup
from bot.cli.backup.description import describe


def verify(
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="A backup, a file *.zip.")],
) -> None:
    """Read a backup to its end: checksums, and the database in it.

    Nothing is changed. PostgreSQL needs its program pg_restore.

    Example: emoji-reactor backup verify backups/emoji-reactor-20260102T030405006Z-manual.zip
    """
    manifest = asyncio.run(verify_backup(backup))
    typer.echo(f"{backup}: is complete: {describe(manifest)}")

"""``emoji-reactor db check``."""

import asyncio
from functools import partial
from typing import Annotated

import typer

from bot.cli.database_work import with_engine
from bot.cli.options import ConfigFile, initialize
from bot.core.errors import EmojiReactorError
from bot.database.check import check_rows
from bot.database.engine import display_name


class DatabaseDamaged(EmojiReactorError):
    """The file of the database is damaged."""


def check(
    fix: Annotated[
        bool, typer.Option("--fix", help="Delete these rows, and the feedback on them.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Look for rows that nothing can read; exit status 1 if there are any.

    An export leaves them out. None is written by the program; they come from other tools, or from
    a damaged file.

    Example: emoji-reactor db check --fix
    """
    settings, _ = initialize(config)
    url = settings.database.url
    result = asyncio.run(with_engine(settings, partial(check_rows, fix=fix)))
    if result.damage:
        raise DatabaseDamaged(f"{display_name(url)}: {result.damage}; restore a backup")
    for table, count in result.bad_rows.items():
        typer.echo(f"{table}: {count:,} bad {'row' if count == 1 else 'rows'}")
    if not result.bad_rows:
        typer.echo("all rows can be read")
    elif fix:
        typer.echo("all of them were deleted")
    else:
        typer.echo("emoji-reactor db check --fix deletes them")
        raise typer.Exit(1)

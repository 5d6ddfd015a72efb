"""``emoji-reactor db current``."""

import asyncio

import typer

from bot.cli.options import ConfigFile, initialize
from bot.database import engine


def current(config: ConfigFile = None) -> None:
    """Show the database's revision and the newest one, and change nothing.

    Example: emoji-reactor db current
    """
    settings, _ = initialize(config)
    revision, newest = asyncio.run(engine.current_and_head_revision(settings.database.url))
    name = engine.display_name(settings.database.url)
    typer.echo(f"{name}: revision {revision or 'none'}, newest {newest}")

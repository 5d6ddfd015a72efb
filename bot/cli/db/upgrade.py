"""``emoji-reactor db upgrade``."""

import asyncio

import typer

from bot.cli.options import ConfigFile, initialize
from bot.database import engine


def upgrade(config: ConfigFile = None) -> None:
    """Bring the database up to date, as every start of the bot does.

    Example: emoji-reactor db upgrade --config config.toml
    """
    settings, _ = initialize(config)
    revision = asyncio.run(engine.upgrade(settings.database.url))
    typer.echo(f"{engine.display_name(settings.database.url)}: revision {revision}")

"""``emoji-reactor db upgrade``."""

import asyncio

import typer

from bot.backup import migration
from bot.cli.options import ConfigFile, initialize
from bot.database.engine import display_name


def upgrade(config: ConfigFile = None) -> None:
    """Bring the database up to date, as every start of the bot does.

    Example: emoji-reactor db upgrade --config config.toml
    """
    settings, _ = initialize(config)
    revision = asyncio.run(migration.upgrade(settings))
    typer.echo(f"{display_name(settings.database.url)}: revision {revision}")

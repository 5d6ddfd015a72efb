"""``emoji-reactor db``: the schema of the database."""

import asyncio

import typer

from bot.cli.options import ConfigFile, start

app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@app.command()
def upgrade(config: ConfigFile = None) -> None:
    """Bring the database up to date, as every start of the bot does.

    Example: emoji-reactor db upgrade --config config.toml
    """
    settings, _ = start(config)
    from bot.database import engine

    revision = asyncio.run(engine.upgrade(settings.database.url))
    typer.echo(f"{engine.display_name(settings.database.url)}: revision {revision}")


@app.command()
def current(config: ConfigFile = None) -> None:
    """Show the database's revision and the newest one, and alter nothing.

    Example: emoji-reactor db current
    """
    settings, _ = start(config)
    from bot.database import engine

    revision, newest = asyncio.run(engine.current_and_head_revision(settings.database.url))
    name = engine.display_name(settings.database.url)
    typer.echo(f"{name}: revision {revision or 'none'}, newest {newest}")

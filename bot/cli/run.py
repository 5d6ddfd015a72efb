"""``emoji-reactor run``: every platform whose token is there, in one process."""

import asyncio

import typer

from bot.cli.options import ConfigFile, start


def run(config: ConfigFile = None) -> None:
    """Connect to every platform that has a token, until SIGINT or SIGTERM.

    Example: DISCORD_TOKEN=... emoji-reactor run --config config.toml
    """
    settings, credentials = start(config)
    from bot import app

    planned = app.plan_start(settings, credentials)
    if planned.start:
        for lack in planned.missing:
            typer.echo(f"not started: {lack}", err=True)
    asyncio.run(app.run(settings, credentials))

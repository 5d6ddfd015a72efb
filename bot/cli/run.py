"""``emoji-reactor run``: every platform that has a token, in one process."""

import asyncio

import typer

from bot.app.adapters import plan_start
from bot.app.run import run as run_bot
from bot.cli.options import ConfigFile, initialize


def run(config: ConfigFile = None) -> None:
    """Connect to every platform that has a token, until SIGINT or SIGTERM.

    Example: DISCORD_TOKEN=... emoji-reactor run --config config.toml
    """
    settings, credentials = initialize(config)
    plan = plan_start(settings, credentials)
    if plan.tokens:
        for reason in plan.missing:
            typer.echo(f"not started: {reason}", err=True)
    asyncio.run(run_bot(settings, credentials))

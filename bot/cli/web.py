"""``emoji-reactor web``: the page where people try the model and say what fits."""

import asyncio
from typing import Annotated

import typer

from bot.app.serve import run_web
from bot.cli.options import ConfigFile, initialize


def web(
    config: ConfigFile = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port to listen at; 0 for any free one.")
    ] = 7860,
) -> None:
    """Show the page in a browser, until SIGINT or SIGTERM. Needs the extra web.

    Choices of visitors go into the same database as the bot's.

    Example: emoji-reactor web --port 8080
    """
    settings, credentials = initialize(config)
    asyncio.run(run_web(settings, credentials, (host, port)))

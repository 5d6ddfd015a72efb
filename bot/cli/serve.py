"""``emoji-reactor serve``: predictions and feedback for other programs."""

import asyncio
from typing import Annotated

import typer
from pydantic import ValidationError

from bot.app.serve import run_api
from bot.cli.options import ConfigFile, initialize
from bot.config.errors import ConfigError
from bot.config.sections import ApiSettings
from bot.config.settings import Settings


def serve(
    config: ConfigFile = None,
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to listen, in place of api.listen."),
    ] = None,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Offer tools for agents at /mcp too; needs the extra mcp.")
    ] = False,
    page: Annotated[
        bool, typer.Option("--page", help="Show the page at / too; needs the extra web.")
    ] = False,
) -> None:
    """Answer other programs over HTTP, until SIGINT or SIGTERM. Needs the extra api.

    The API is described at /openapi.json and in docs/api.md.

    Example: emoji-reactor serve --listen 127.0.0.1:8765
    """
    settings, credentials = initialize(config)
    if listen is not None:
        settings = _with_listen(settings, listen)
    asyncio.run(run_api(settings, credentials, mcp=mcp, page=page))


def _with_listen(settings: Settings, listen: str) -> Settings:
    try:
        api = ApiSettings(**{**settings.api.model_dump(), "listen": listen})
    except ValidationError:
        raise ConfigError("--listen: should be HOST:PORT, such as 127.0.0.1:8765") from None
    return settings.model_copy(update={"api": api})

"""``emoji-reactor discord emojis``: the emojis of the bot's own application."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.discord.emoji_administration import EmojiAdministration, administration
from bot.cli.database_work import with_engine
from bot.cli.options import AsJson, ConfigFile, initialize
from bot.cli.output import ignore_broken_pipe
from bot.config.errors import ConfigError
from bot.core.chat_settings.list_types import read_emojis
from bot.core.errors import EmojiReactorError
from bot.database.store import SqlStore
from bot.platforms import DISCORD
from model.emoji import canonical, is_emoji

app = typer.Typer(
    help="Images that the bot shows on every server in the place of emojis.", no_args_is_help=True
)

T = TypeVar("T")

Name = Annotated[str, typer.Argument(metavar="NAME", help="As list shows it.")]


@app.command("list")
def list_(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show the application's emojis, and for which ones they stand.

    Example: emoji-reactor discord emojis list
    """
    emojis = _administer(config, lambda administered: administered.all())
    with ignore_broken_pipe():
        if as_json:
            typer.echo(json.dumps([asdict(emoji) for emoji in emojis], ensure_ascii=False))
            return
        for emoji in emojis:
            meaning = " ".join(emoji.stands_for) or "known by its name, if emoji_allow lists it"
            typer.echo(f":{emoji.name}: {meaning}")
        if not emojis:
            typer.echo("the application has no emojis")


@app.command()
def add(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="PNG, JPEG, GIF or WebP.")],
    stands_for: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="EMOJIS",
            help="Emojis in whose place it is shown. Default: it is known by its name.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Default: the name of the file.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Upload an image; the running bot uses it within a minute.

    Example: emoji-reactor discord emojis add party_cat.png --for 🎉🥳
    """
    meant = _read_emojis(stands_for or "")
    called = name or re.sub(r"\W", "_", image.stem, flags=re.ASCII)
    try:
        content = image.read_bytes()
    except OSError as error:
        raise EmojiReactorError(f"{image}: cannot be read: {error.strerror}") from None
    added = _administer(config, lambda administered: administered.add(content, called, meant))
    typer.echo(f"added :{added.name}:")


@app.command()
def assign(
    name: Name,
    stands_for: Annotated[str, typer.Argument(metavar="EMOJIS", help='Such as 🎉🥳; "" for none.')],
    config: ConfigFile = None,
) -> None:
    """Change in whose place an emoji is shown.

    Example: emoji-reactor discord emojis assign party_cat 🎉
    """
    meant = _read_emojis(stands_for)
    _administer(config, lambda administered: administered.assign(name, meant))
    typer.echo("assigned")


@app.command()
def remove(name: Name, config: ConfigFile = None) -> None:
    """Delete an emoji of the application.

    Example: emoji-reactor discord emojis remove party_cat
    """
    _administer(config, lambda administered: administered.remove(name))
    typer.echo("removed")


def _read_emojis(text: str) -> list[str]:
    """Return the canonical forms of standard emojis.

    Raises:
        ConfigError: there is something else.
    """
    try:
        emojis = read_emojis(text) if text.strip() else []
    except ValueError:
        emojis = [text]
    if not all(map(is_emoji, emojis)):
        raise ConfigError(f"{text}: holds more than standard emojis; write some, such as 🎉🥳")
    return [*dict.fromkeys(map(canonical, emojis))]


def _administer(config: Path | None, work: Callable[[EmojiAdministration], Awaitable[T]]) -> T:
    """Return the result of ``work`` on the configured application."""
    settings, credentials = initialize(config)
    token = credentials.token(DISCORD)
    if token is None:
        raise ConfigError(f"{DISCORD.token_variable}: is not set; emoji-reactor init asks for it")

    async def administer(engine: AsyncEngine) -> T:
        store = SqlStore(engine).application_emojis
        async with administration(settings, token, store) as administered:
            return await work(administered)

    return asyncio.run(with_engine(settings, administer))

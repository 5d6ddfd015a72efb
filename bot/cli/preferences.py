"""``emoji-reactor taste``: what a community likes; to see, to forget, to keep and to move."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.options import ConfigFile, start
from bot.cli.output import reader_may_leave

if TYPE_CHECKING:
    from bot.core.events import MessageRef
    from bot.database.store import SqlStore

app = typer.Typer(help="What a community likes, learnt from counts.", no_args_is_help=True)

T = TypeVar("T")
Platform = Annotated[str, typer.Argument(metavar="PLATFORM", help="discord, telegram or console.")]
Name = Annotated[str, typer.Argument(metavar="COMMUNITY", help="The platform's id of it.")]


@app.command()
def show(platform: Platform, community: Name, config: ConfigFile = None) -> None:
    """Show which emojis a community likes more and less than others do.

    Example: emoji-reactor taste show discord 1234567890
    """
    from bot.core.preferences.posterior import (
        MAX_COMMUNITIES_IN_FIT,
        estimate_preferences,
        fit_prior,
    )

    now = datetime.now(UTC)
    tally = _with(config, lambda store: store.preferences.counts(_ref(platform, community), now))
    taste = estimate_preferences(
        tally,
        fit_prior(
            _with(
                config, lambda store: store.preferences.recent_counts(MAX_COMMUNITIES_IN_FIT, now)
            )
        ),
    )
    with reader_may_leave():
        for emoji, bias in sorted(taste.bias.items(), key=lambda item: -item[1]):
            typer.echo(f"{emoji} {bias:+.2f}")
        if taste.shown_count:
            typer.echo(f"{taste.acceptance:.0%} of what was shown is kept")
        else:
            typer.echo("nothing was shown there yet")


@app.command()
def reset(platform: Platform, community: Name, config: ConfigFile = None) -> None:
    """Forget what a community likes.

    Example: emoji-reactor taste reset discord 1234567890
    """
    now = datetime.now(UTC)
    _with(
        config, lambda store: store.preferences.replace_counts(_ref(platform, community), {}, now)
    )
    typer.echo("forgotten")


@app.command("export")
def export_(platform: Platform, community: Name, config: ConfigFile = None) -> None:
    """Write a community's counts as JSON; it holds no text and no member.

    Example: emoji-reactor taste export discord 1234567890 > taste.json
    """
    from bot.core.preferences import transfer

    now = datetime.now(UTC)
    tally = _with(config, lambda store: store.preferences.counts(_ref(platform, community), now))
    with reader_may_leave():
        typer.echo(
            json.dumps(transfer.dump_counts(tally.pending, now), ensure_ascii=False, indent=1)
        )


@app.command("import")
def import_(platform: Platform, community: Name, file: Path, config: ConfigFile = None) -> None:
    """Put exported counts in the place of a community's own.

    Example: emoji-reactor taste import discord 1234567890 taste.json
    """
    from bot.core.preferences import transfer

    try:
        counts = transfer.load_counts(transfer.parse_json(file.read_bytes()))
    except OSError as error:
        raise transfer.PreferenceFileError(f"{file}: cannot be read: {error.strerror}") from None
    except transfer.PreferenceFileError as error:
        raise transfer.PreferenceFileError(f"{file}: {error}") from None
    now = datetime.now(UTC)
    _with(
        config,
        lambda store: store.preferences.replace_counts(_ref(platform, community), counts, now),
    )
    typer.echo(f"{len(counts)} emojis' counts taken over")


def _ref(platform: str, community: str) -> "MessageRef":
    from bot.core.events import MessageRef

    return MessageRef(platform, community, "", "")


def _with(config: Path | None, work: "Callable[[SqlStore], Awaitable[T]]") -> T:
    """What ``work`` gives on the configured database."""
    settings, _ = start(config)

    async def run() -> T:
        from bot.database.engine import open_database
        from bot.database.store import SqlStore

        engine = await open_database(settings.database.url)
        try:
            return await work(SqlStore(engine))
        finally:
            await engine.dispose()

    return asyncio.run(run())

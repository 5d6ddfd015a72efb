"""``emoji-reactor preferences``: show, reset, export and import those of a community."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand

from bot.cli.database_work import with_engine
from bot.cli.options import ConfigFile, initialize
from bot.cli.output import ignore_broken_pipe
from bot.core.events import MessageRef
from bot.core.export_files import MAX_BYTES, ExportFileError, check_size
from bot.core.preferences import transfer
from bot.core.preferences.posterior import (
    MAX_COMMUNITIES_IN_FIT,
    estimate_preferences,
    fit_prior,
)
from bot.database.preferences.totals import PreferenceTotals
from bot.database.store import SqlStore

app = typer.Typer(
    help="What a community prefers, estimated from counts of feedback.", no_args_is_help=True
)

T = TypeVar("T")


class CommandWithIds(TyperCommand):
    """A command among whose arguments are ids, which are negative for Telegram's groups."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's
        """Take ``-1001234567890`` for an argument instead of an option."""
        ctx.ignore_unknown_options = any(re.fullmatch(r"-\d+", arg) for arg in args)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


Platform = Annotated[str, typer.Argument(metavar="PLATFORM", help="discord, telegram or console.")]
Community = Annotated[
    str, typer.Argument(metavar="COMMUNITY", help="The platform's id of the community.")
]


@app.command(cls=CommandWithIds)
def show(platform: Platform, community: Community, config: ConfigFile = None) -> None:
    """Show the emojis that fit more (+) and less (-) in a community than elsewhere, in log-odds.

    Example: emoji-reactor preferences show discord 1234567890
    """
    now = datetime.now(UTC)
    ref = _ref(platform, community)
    counts = _with_store(config, lambda store: store.counts(ref, now))
    recent = _with_store(config, lambda store: store.recent_counts(MAX_COMMUNITIES_IN_FIT, now))
    preferences = estimate_preferences(counts, fit_prior(recent))
    with ignore_broken_pipe():
        for emoji, bias in sorted(preferences.bias.items(), key=lambda item: -item[1]):
            typer.echo(f"{emoji} {bias:+.2f}")
        if preferences.shown_count:
            typer.echo(f"{preferences.acceptance:.0%} of the shown emojis are kept")
        else:
            typer.echo("nothing was shown there yet")


@app.command(cls=CommandWithIds)
def reset(platform: Platform, community: Community, config: ConfigFile = None) -> None:
    """Delete the preferences of a community.

    Example: emoji-reactor preferences reset discord 1234567890
    """
    ref, now = _ref(platform, community), datetime.now(UTC)
    _with_store(config, lambda store: store.replace_counts(ref, {}, now))
    typer.echo("preferences deleted")


@app.command("export", cls=CommandWithIds)
def export_(platform: Platform, community: Community, config: ConfigFile = None) -> None:
    """Write the counts of a community as JSON; they hold no text and no member.

    Example: emoji-reactor preferences export discord 1234567890 > preferences.json
    """
    ref, now = _ref(platform, community), datetime.now(UTC)
    counts = _with_store(config, lambda store: store.counts(ref, now))
    document = transfer.dump_counts(counts.pending, now)
    with ignore_broken_pipe():
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))


@app.command("import", cls=CommandWithIds)
def import_(
    platform: Platform, community: Community, file: Path, config: ConfigFile = None
) -> None:
    """Replace the counts of a community by exported ones.

    Example: emoji-reactor preferences import discord 1234567890 preferences.json
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        check_size(len(content))
        counts = transfer.load_counts(transfer.parse_json(content))
    except OSError as error:
        raise ExportFileError(f"{file}: cannot be read: {error.strerror}") from None
    except ExportFileError as error:
        raise ExportFileError(f"{file}: {error}") from None
    ref, now = _ref(platform, community), datetime.now(UTC)
    _with_store(config, lambda store: store.replace_counts(ref, counts, now))
    typer.echo(f"counts of {len(counts)} emojis imported")


def _ref(platform: str, community: str) -> MessageRef:
    return MessageRef(platform, community, "", "")


def _with_store(config: Path | None, work: Callable[[PreferenceTotals], Awaitable[T]]) -> T:
    """Return the result of ``work`` on the configured database."""
    settings, _ = initialize(config)
    return asyncio.run(with_engine(settings, lambda engine: work(SqlStore(engine).preferences)))

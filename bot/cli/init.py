"""``emoji-reactor init``: a settings file, the tokens beside it, and what to click next."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import ConfigFile

if TYPE_CHECKING:
    from bot.cli.init_setup import Setup

NOBODY = "standard input is no terminal, so that nobody can be asked: answer by options with --yes"


def init(
    config: ConfigFile = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: defaults, and what the options say.")
    ] = False,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting; may be repeated."),
    ] = None,
    secrets: Annotated[
        typer.FileText | None,
        typer.Option(
            "--secrets",
            metavar="FILE",
            encoding="utf-8",
            help="Lines such as DISCORD_TOKEN=... to keep; - for standard input.",
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Change a file that is there; the rest of it stays.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask the platforms about the tokens.")
    ] = False,
) -> None:
    """Write settings by asking, check the tokens with their platforms, and say what to do next.

    Tokens go to a file beside the settings that only you may read: config.env for config.toml.
    Those that the environment has already are checked and not kept. Exit status: 0 written; 1
    written, and a token refused; 2 nothing was written.

    Example: emoji-reactor init --yes --set reactions.chance=0.5 --secrets - < tokens.env
    """
    if not yes and (sys.stdin is None or not sys.stdin.isatty()):
        raise typer.BadParameter(NOBODY, param_hint="--yes")
    from bot import log
    from bot.cli.init_setup import prepare

    if not log.debugging():
        log.silence()
    read = secrets.read() if secrets else ""
    setup = prepare(config, given or (), read, update=update, offline=offline)
    try:
        _go(setup, by_hand=not yes)
    except typer.Abort:
        typer.echo("\nnothing was written", err=True)
        raise typer.Exit(130) from None


def _go(setup: "Setup", *, by_hand: bool) -> None:
    from bot.cli.init_prompts import ask
    from bot.cli.init_setup import check_all, finish

    if by_hand:
        if setup.there and not setup.update and not _may_change(setup.path):
            typer.echo(f"{setup.path} was left as it is")
            return
        setup.update = True
        ask(setup)
    else:
        check_all(setup)
    finish(setup)


def _may_change(path: Path) -> bool:
    return typer.confirm(f"{path} is there already. Change it? What you are not asked about stays")

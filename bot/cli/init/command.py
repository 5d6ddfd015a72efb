"""``emoji-reactor init``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import log
from bot.cli.init.deployment.choice import Deployment
from bot.cli.init.prompts import ask
from bot.cli.init.setup import Setup, check_all_tokens, finish, prepare
from bot.cli.options import ConfigFile

NO_TERMINAL = "standard input is not a terminal, so nothing can be asked: use options with --yes"


def init(
    config: ConfigFile = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: defaults, and what the options say.")
    ] = False,
    assignments: Annotated[
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
    deploy: Annotated[
        Deployment | None,
        typer.Option(
            "--deploy",
            help="Write beside the settings what keeps the bot running: a systemd unit, or"
            " compose.yaml with PostgreSQL.",
        ),
    ] = None,
) -> None:
    """Write settings by asking, check the tokens with their platforms, and say what to do next.

    Tokens go to a file next to the settings that only you may read: config.env for config.toml.
    Those that the environment has already are checked and not kept. Of --deploy, files that are
    there and differ stay; the new ones are written as NAME.new. Exit status: 0 written; 1
    written, and a token refused; 2 nothing was written.

    Example: emoji-reactor init --yes --set reactions.chance=0.5 --secrets - < tokens.env
    """
    if not yes and (sys.stdin is None or not sys.stdin.isatty()):
        raise typer.BadParameter(NO_TERMINAL, param_hint="--yes")
    if not log.is_debugging():
        log.silence()
    secret_lines = secrets.read() if secrets else ""
    setup = prepare(config, assignments or (), secret_lines, update=update, offline=offline)
    setup.deployment = deploy
    try:
        _complete(setup, interactive=not yes)
    except typer.Abort:
        typer.echo("\nnothing was written", err=True)
        raise typer.Exit(130) from None


def _complete(setup: Setup, *, interactive: bool) -> None:
    if not interactive:
        check_all_tokens(setup)
    else:
        if setup.exists and not setup.update and not _confirm_change(setup.path):
            typer.echo(f"{setup.path} was left as it is")
            return
        setup.update = True
        ask(setup)
    finish(setup)


def _confirm_change(path: Path) -> bool:
    return typer.confirm(f"{path} is there already. Change it? What you are not asked about stays")

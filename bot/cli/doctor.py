"""``emoji-reactor doctor``: diagnostics with a remedy for each fault."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot import diagnostics, log
from bot.cli.options import AsJson, ConfigFile
from bot.cli.output import ignore_broken_pipe
from bot.config import credentials, loading, secrets_file
from bot.config.errors import ConfigError
from bot.config.proxy import UnusableProxy, prepare_environment
from bot.config.settings import DEFAULT_PATH
from bot.core.diagnostic import Diagnostic, Status, failed, ok, worst_status

COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


def doctor(
    config: ConfigFile = None,
    poll: Annotated[
        bool,
        typer.Option(
            "--poll",
            help="Also listen whether another process polls Telegram, which disturbs it briefly.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check settings, secrets, database, model and platforms, and name a remedy for each fault.

    Nothing is changed, and no message is sent. Exit status: 0 all is well, warnings aside; 1
    something failed.

    Example: emoji-reactor doctor --json
    """
    found: list[Diagnostic] = []
    with ignore_broken_pipe():
        asyncio.run(_collect(_examine(config, poll), found, show=not as_json))
        if as_json:
            checks = [asdict(diagnostic) for diagnostic in found]
            typer.echo(json.dumps({"status": worst_status(found), "checks": checks}))
    if worst_status(found) is Status.FAILED:
        raise typer.Exit(1)


def show_diagnostic(diagnostic: Diagnostic) -> None:
    """Write a diagnostic as one line."""
    status = typer.style(f"{diagnostic.status:8}", fg=COLOURS[diagnostic.status])
    remedy = f" → {diagnostic.remedy}" if diagnostic.remedy else ""
    typer.echo(f"{status} {diagnostic.check:19} {diagnostic.message}{remedy}")


async def _examine(config: Path | None, poll: bool) -> AsyncIterator[Diagnostic]:
    """Yield the diagnostics of the settings and, if those can be read, of everything else."""
    if not log.is_debugging():
        log.silence()
    try:
        secrets_file.load_into_environment(config)
        loaded = loading.load(config)
        prepare_environment(loaded.network.proxy)
    except UnusableProxy as error:
        yield failed("network.proxy", str(error), "set one of them")
        return
    except ConfigError as error:
        yield failed("settings", str(error), "change it there; config.example.toml has every key")
        return
    file = config or DEFAULT_PATH
    yield ok(
        "settings",
        str(file) if file.exists() else f"no {file}: every key has its default; init writes one",
    )
    try:
        secrets = credentials.load()
    except ConfigError as error:
        yield failed("secrets", str(error), "set it anew, as emoji-reactor init does")
        return
    if log.is_debugging():
        log.configure("debug", known_secrets=secrets.secret_values())
    async for diagnostic in diagnostics.examine(file, loaded, secrets, listen=poll):
        yield diagnostic


async def _collect(
    diagnostics: AsyncIterator[Diagnostic], collected: list[Diagnostic], *, show: bool
) -> None:
    """Collect all diagnostics; with ``show``, write each one as soon as it is known."""
    async for diagnostic in diagnostics:
        collected.append(diagnostic)
        if show:
            show_diagnostic(diagnostic)
            sys.stdout.flush()

"""``emoji-reactor doctor``: what is wrong, and what mends it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile
from bot.cli.output import reader_may_leave

if TYPE_CHECKING:
    from bot.core.diagnostic import Diagnostic

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
    """Check settings, secrets, database, model and platforms, and say what mends what is wrong.

    Nothing is altered, and nobody is written to. Exit status: 0 all is well, warnings aside; 1
    something failed.

    Example: emoji-reactor doctor --json
    """
    from bot.core.diagnostic import Status, worst_status

    with reader_may_leave():
        findings = asyncio.run(_tell(_examine(config, poll), as_json))
        if as_json:
            checks = [_fields(finding) for finding in findings]
            typer.echo(json.dumps({"status": worst_status(findings), "checks": checks}))
    if worst_status(findings) is Status.FAILED:
        raise typer.Exit(1)


def show(finding: "Diagnostic") -> None:
    """Write a finding as one line, as soon as it is known."""
    status = typer.style(f"{finding.status:8}", fg=COLOURS[finding.status])
    mend = f" → {finding.remedy}" if finding.remedy else ""
    typer.echo(f"{status} {finding.check:19} {finding.message}{mend}")


async def _examine(config: Path | None, poll: bool) -> AsyncIterator["Diagnostic"]:
    """The findings on the settings and, where those can be read, on everything else."""
    from bot import log
    from bot.config import credentials, secrets_file, settings
    from bot.core.diagnostic import failed, ok

    if not log.debugging():
        log.silence()
    try:
        secrets_file.adopt(config)
        loaded = settings.load(config)
    except settings.ConfigError as error:
        yield failed("settings", str(error), "change it there; config.example.toml has every key")
        return
    file = config or settings.DEFAULT_PATH
    yield ok(
        "settings",
        str(file) if file.exists() else f"no {file}: every key has its default; init writes one",
    )
    try:
        secrets = credentials.load()
    except settings.ConfigError as error:
        yield failed("secrets", str(error), "set it anew, as emoji-reactor init does")
        return
    if log.debugging():
        log.configure("debug", known_secrets=secrets.known())
    from bot import diagnostics

    async for finding in diagnostics.examine(file, loaded, secrets, listen=poll):
        yield finding


async def _tell(findings: AsyncIterator["Diagnostic"], as_json: bool) -> list["Diagnostic"]:
    """All of them; each is shown as soon as it is known, unless they go out together."""
    told = []
    async for finding in findings:
        told.append(finding)
        if not as_json:
            show(finding)
            sys.stdout.flush()
    return told


def _fields(finding: "Diagnostic") -> dict[str, str]:
    return {
        "check": finding.check,
        "status": finding.status,
        "told": finding.message,
        "mend": finding.remedy,
    }

"""``emoji-reactor health``: the readiness of a bot that runs here, by its exit status."""

import http.client
import json
import urllib.error
import urllib.request
from typing import Annotated

import typer

from bot.cli.options import ConfigFile
from bot.config.loading import load

TIMEOUT_SECONDS = 8.0
"""More than the bot allows its own checks."""
UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - what is replaced


def health(
    config: ConfigFile = None,
    live: Annotated[
        bool,
        typer.Option("--live", help="Ask only if the process answers, connected or not."),
    ] = False,
) -> None:
    """Ask the bot that runs here if it works; exit status 0 if so, else 1.

    It works if every platform with a token is connected, the database answers and the model
    predicts.

    Example: emoji-reactor health
    """
    listen = load(config).operations.listen
    if listen is None:
        typer.echo('unknown: operations.listen is "", so the bot answers nowhere', err=True)
        raise typer.Exit(1)
    host, _, port = listen.rpartition(":")
    address = f"http://{UNSPECIFIED.get(host, host)}:{port}/{'healthz' if live else 'readyz'}"
    try:
        status, body = _get(address)
    except (OSError, http.client.HTTPException) as error:
        typer.echo(f"failed: no answer from {address} ({_cause(error)}); is it running?", err=True)
        raise typer.Exit(1) from None
    if status == http.client.OK:
        typer.echo("ok: alive" if live else _describe(body, "ok"))
        return
    typer.echo(_describe(body, "failed"), err=True)
    raise typer.Exit(1)


def _get(address: str) -> tuple[int, bytes]:
    """Return status and body; proxies of the environment are not for this machine."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=TIMEOUT_SECONDS) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _cause(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return getattr(reason, "strerror", None) or str(reason) or type(error).__name__


def _describe(body: bytes, verdict: str) -> str:
    """Return the faults, or all that was checked, on one line."""
    try:
        checks = {str(name): str(result) for name, result in json.loads(body)["checks"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return "failed: something else answers at operations.listen"
    faults = [f"{name}: {result}" for name, result in checks.items() if result != "ok"]
    return f"{verdict}: {'; '.join(faults) or ', '.join(checks)}"

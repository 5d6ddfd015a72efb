"""The choice of what keeps the bot running, and the files that it needs."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import typer

from bot.cli.init.deployment import compose, systemd
from bot.config.errors import ConfigError
from model import atomic

FILE_MODE = 0o644
"""The files hold no secret."""


class Deployment(StrEnum):
    """Values of ``--deploy``."""

    SYSTEMD = "systemd"
    COMPOSE = "compose"


_RENDERERS: dict[Deployment, Callable[[Path], dict[str, str]]] = {
    Deployment.SYSTEMD: systemd.render,
    Deployment.COMPOSE: compose.render,
}
_STEPS: dict[Deployment, Callable[[Path], list[str]]] = {
    Deployment.SYSTEMD: systemd.start_steps,
    Deployment.COMPOSE: compose.start_steps,
}


def render(deployment: Deployment | None, config: Path) -> dict[str, str]:
    """Return the text of each file by its path beside the settings; empty without a deployment.

    Raises:
        ConfigError: a path cannot be named there, or the program lies in a cache.
    """
    return {} if deployment is None else _RENDERERS[deployment](config.absolute())


def start_steps(deployment: Deployment | None, config: Path, config_option: str) -> list[str]:
    """Return what a person does to start the bot, in order."""
    if deployment is None:
        return [f"emoji-reactor run{config_option}"]
    return _STEPS[deployment](config.absolute())


def write(deployment: Deployment | None, files: dict[str, str], config: Path) -> None:
    """Write the files that ``render`` returned; one that is there and differs is not replaced.

    Raises:
        ConfigError: a file cannot be written.
    """
    for name, text in files.items():
        _write_file(config.parent / name, text)
    if deployment is Deployment.COMPOSE:
        compose.write_passwords(config.parent)


def _write_file(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() != text.encode():
            kept, path = path, path.with_name(f"{path.name}.new")
            typer.echo(f"{kept} is there and stays as it is; compare it with {path}")
        else:
            typer.echo(f"{path} is written")
        atomic.write(path, text, mode=FILE_MODE)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None

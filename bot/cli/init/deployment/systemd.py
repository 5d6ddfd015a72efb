"""``emoji-reactor.service`` for the program that runs, and for the account that called it."""

import getpass
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import bot
from bot.cli.init.deployment.paths import plain
from bot.config import secrets_file, shipped_files
from bot.config.errors import ConfigError

UNIT = "emoji-reactor.service"
ACCOUNT = "emoji-reactor"
"""The account of the template, for a unit that root writes."""
HOMES = tuple(map(Path, ("/home", "/root", "/run/user")))
"""Folders that ``ProtectHome=`` hides."""
CACHES = {".cache", "archive-v0"}
"""Folders from which ``uvx`` and ``pipx run`` start a program for once."""
HEADER = f"""\
# Emoji Reactor as a systemd service, as emoji-reactor init wrote it. As root:
#
#   install -m 644 {UNIT} /etc/systemd/system/
#   systemctl daemon-reload && systemctl enable --now emoji-reactor
#   journalctl -u emoji-reactor -f
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """The program that runs: how it is started, and the folders with its code."""

    command: tuple[Path | str, ...]
    folders: frozenset[Path]

    @classmethod
    def current(cls) -> "Installation":
        """Return the one that runs now."""
        script = Path(sys.executable).with_name("emoji-reactor")
        command = (script,) if script.exists() else (Path(sys.executable), "-m", "bot")
        base = Path(sys.base_prefix)
        code = Path(bot.__file__).parents[1]
        return cls(command, frozenset({Path(sys.prefix), base, base.resolve(), code}))


def render(config: Path) -> dict[str, str]:
    """Return the unit's text by its name.

    Raises:
        ConfigError: a path cannot be named in a unit, or the program lies in a cache.
    """
    account = None if os.geteuid() == 0 else getpass.getuser()
    return {
        UNIT: fill(shipped_files.read(f"deploy/{UNIT}"), config, Installation.current(), account)
    }


def fill(template: str, config: Path, installation: Installation, account: str | None) -> str:
    """Return the unit with other paths.

    Args:
        template: text of ``deploy/emoji-reactor.service``.
        config: the settings file, an absolute path.
        installation: the program to start.
        account: the account that runs it, in the folder of the settings; None for one of its own.

    Raises:
        ConfigError: a path cannot be named in a unit, or the program lies in a cache.
    """
    if any(CACHES.intersection(folder.parts) for folder in installation.folders):
        raise ConfigError(
            "--deploy systemd: the program runs from a cache that may be cleared; install it, with"
            " pipx install or uv tool install, and call init again"
        )
    command = " ".join(plain(Path(word)) for word in installation.command)
    directives: dict[str, str | None] = {
        "ExecStart": f"{command} run --config {plain(config)}",
        "EnvironmentFile": f"-{plain(secrets_file.secrets_path(config))}",
    }
    folder = config.parent
    if account is not None:
        directives |= {
            "User": account,
            "StateDirectory": None,
            "StateDirectoryMode": None,
            "WorkingDirectory": plain(folder),
            "ReadWritePaths": plain(folder),
        }
    directives |= _shown_in_homes(
        {*installation.folders, config}, None if account is None else folder
    )
    _, blank, rest = template.partition("\n\n")
    return HEADER + blank[1:] + _with_directives(rest, directives)


def start_steps(config: Path) -> list[str]:
    """Return what a person does to start the service."""
    unit = config.parent / UNIT
    if os.geteuid() == 0:
        sudo = ""
        steps = [
            f"useradd --system --home-dir /var/lib/{ACCOUNT} --shell /usr/sbin/nologin {ACCOUNT}"
        ]
    else:
        sudo, steps = "sudo ", []
    return [
        *steps,
        f"{sudo}install -m 644 {unit} /etc/systemd/system/",
        f"{sudo}systemctl daemon-reload",
        f"{sudo}systemctl enable --now emoji-reactor",
    ]


def _shown_in_homes(read: Iterable[Path], written: Path | None) -> dict[str, str | None]:
    """Return directives that show, of all home folders, only what the program needs."""
    writable = [] if written is None else _outermost_in_homes([written])
    readable = _outermost_in_homes(
        path for path in read if written is None or not path.is_relative_to(written)
    )
    if not readable and not writable:
        return {}
    return {
        "ProtectHome": "tmpfs",
        "BindReadOnlyPaths": " ".join(map(plain, readable)) or None,
        "BindPaths": " ".join(map(plain, writable)) or None,
    }


def _outermost_in_homes(paths: Iterable[Path]) -> list[Path]:
    """Return the paths in home folders, without those that lie in another one."""
    outermost: list[Path] = []
    for path in sorted(filter(_is_in_homes, paths)):
        if not any(path.is_relative_to(outer) for outer in outermost):
            outermost.append(path)
    return outermost


def _is_in_homes(path: Path) -> bool:
    return any(path.is_relative_to(home) for home in HOMES)


def _with_directives(text: str, values: Mapping[str, str | None]) -> str:
    """Replace directives of a unit; None takes one out, a new one ends the section Service."""
    missing = {key: value for key, value in values.items() if value is not None}
    lines: list[str] = []
    for line in text.splitlines():
        key = line.partition("=")[0]
        if line == "[Install]":
            lines[-1:] = [*(f"{name}={value}" for name, value in missing.items()), ""]
        if key not in values:
            lines.append(line)
        elif (value := missing.pop(key, None)) is not None:
            lines.append(f"{key}={value}")
    return "\n".join(lines) + "\n"

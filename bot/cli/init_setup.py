"""What ``init`` has gathered, and how it becomes two files and a list of things to do."""

import asyncio
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from bot import diagnostics
from bot.cli.doctor import show
from bot.cli.init_next_steps import steps
from bot.config import credentials, secrets_file, settings_file
from bot.config.credentials import HASH_SECRET
from bot.config.settings import DEFAULT_PATH, ConfigError, Settings, parse, read_text
from bot.core.diagnostic import Diagnostic, Status
from bot.core.errors import EmojiReactorError
from bot.database.engine import has_password, sqlite_path
from bot.diagnostics import DATABASE_URL

PLATFORMS = {"Discord": "DISCORD_TOKEN", "Telegram": "TELEGRAM_TOKEN"}


class TokenRefused(EmojiReactorError):
    """The settings are written, and a platform refused what it was given."""


@dataclass(slots=True)
class Setup:
    """Changed by every answer, written at the end."""

    path: Path
    text: str
    """The settings file to be."""
    settings: Settings
    there: bool
    """Whether the file exists."""
    update: bool
    """Whether it may be changed then."""
    offline: bool
    outside: frozenset[str]
    """Variables that the environment has by itself."""
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    """Variable -> the token that the bot will have."""
    keep: dict[str, str] = field(default_factory=dict, repr=False)
    """What goes into the file of secrets."""
    findings: dict[str, list[Diagnostic]] = field(default_factory=dict)
    """Platform -> what it said."""

    def change(self, place: str, value: object) -> None:
        """Give a key another value.

        Raises:
            ConfigError: it cannot have that; nothing is changed.
        """
        text = settings_file.with_values(self.text, {place: value})
        self.settings, self.text = parse(text, self.path), text

    def check(self, platform: str, token: str) -> bool:
        """Ask the platform about a token and show what it says; whether it may be used."""
        found = [] if self.offline else _ask(platform, self.settings, token)
        for finding in found:
            show(finding)
        self.findings[platform] = found
        return not refused(found)


def prepare(
    config: Path | None, given: Sequence[str], read: str, *, update: bool, offline: bool
) -> Setup:
    """Begin with the example, or with the file that is there, and with what was given.

    Raises:
        ConfigError: something in them is wrong.
    """
    path = config or DEFAULT_PATH
    outside = frozenset(name.removesuffix("_FILE") for name, value in os.environ.items() if value)
    secrets_file.adopt(config)
    there = path.exists()
    text = read_text(path) if there else settings_file.example()
    text = settings_file.with_values(text, settings_file.assignments(given))
    setup = Setup(path, text, parse(text, path), there, update, offline, outside)
    _refuse_password(given)
    for name, value in secrets_file.parse(read).items():
        secrets_file.check(name, value)
        setup.keep[name] = value
    known = credentials.load()
    for variable, token in zip(
        PLATFORMS.values(), (known.discord_token, known.telegram_token), strict=True
    ):
        if token is not None:
            setup.tokens[variable] = token.get_secret_value()
    setup.tokens |= {name: setup.keep[name] for name in PLATFORMS.values() if name in setup.keep}
    return setup


def check_all(setup: Setup) -> None:
    """Check every token that was given.

    Raises:
        ConfigError: a settings file is there and may not be changed.
    """
    if setup.there and not setup.update:
        raise ConfigError(f"{setup.path}: is there already; --update changes it")
    for platform, variable in PLATFORMS.items():
        if variable in setup.tokens and not setup.check(platform, setup.tokens[variable]):
            setup.keep.pop(variable, None)


def finish(setup: Setup) -> None:
    """Write both files, and say what to do next.

    Raises:
        ConfigError: they cannot be written.
        TokenRefused: they are, without a token that a platform refused.
    """
    settings_file.write(setup.path, setup.text, replace=setup.there and setup.update)
    postgres = sqlite_path(setup.keep.get(DATABASE_URL) or setup.settings.database.url) is None
    if postgres and HASH_SECRET not in setup.keep and not os.environ.get(HASH_SECRET):
        setup.keep[HASH_SECRET] = secrets.token_hex(32)
    typer.echo(f"\n{setup.path} is written")
    if setup.keep:
        beside = secrets_file.beside(setup.path)
        secrets_file.write(beside, setup.keep)
        typer.echo(f"{beside} holds {', '.join(setup.keep)}; only you may read it")
    typer.echo("\nNext:")
    config = "" if setup.path == DEFAULT_PATH else f" --config {setup.path}"
    for number, step in enumerate(steps(setup.findings, config), 1):
        typer.echo(f"  {number}. {step}")
    wrong = [platform for platform, found in setup.findings.items() if refused(found)]
    if wrong:
        told = " and ".join(wrong)
        raise TokenRefused(f"{told} refused the token; give another one with init --update")


def refused(findings: Sequence[Diagnostic]) -> bool:
    """Whether the platform does not take the token, rather than not answer."""
    return any(f.check.endswith(".token") and f.status is Status.FAILED for f in findings)


def _ask(platform: str, settings: Settings, token: str) -> list[Diagnostic]:
    if platform == "Discord":
        return asyncio.run(diagnostics.ask_discord(settings.discord, token))
    return asyncio.run(diagnostics.ask_telegram(settings.telegram, token))


def _refuse_password(given: Sequence[str]) -> None:
    """Others may read the settings file, and see arguments of commands."""
    url = settings_file.assignments(given).get("database.url")
    if isinstance(url, str) and has_password(url):
        raise ConfigError(
            f"--set database.url: has a password; give it as {DATABASE_URL} in --secrets"
        )

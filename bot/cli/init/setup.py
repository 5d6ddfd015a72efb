"""State of ``init``: what the options and answers say, until two files are written from it."""

import asyncio
import os
import secrets as random_secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from bot import diagnostics
from bot.cli.doctor import show_diagnostic
from bot.cli.init.deployment import choice
from bot.cli.init.deployment.choice import Deployment
from bot.cli.init.next_steps import next_steps
from bot.config import credentials, secrets_file, settings_file
from bot.config.credentials import HASH_SECRET_VARIABLE
from bot.config.errors import ConfigError
from bot.config.loading import parse, read_text
from bot.config.proxy import prepare_environment
from bot.config.settings import DEFAULT_PATH, Settings
from bot.core.diagnostic import Diagnostic, Status
from bot.core.errors import EmojiReactorError
from bot.database.engine import has_password, sqlite_path
from bot.diagnostics import DATABASE_URL_VARIABLE
from bot.platforms import PLATFORMS, TOKEN_VARIABLES, Platform


class TokenRefused(EmojiReactorError):
    """The settings are written, and a platform refused the token."""


@dataclass(slots=True)
class Setup:
    """The two files to write; every answer changes it."""

    path: Path
    text: str
    """The text of the settings file to write."""
    settings: Settings
    exists: bool
    """The settings file exists already."""
    update: bool
    """An existing file may be changed."""
    offline: bool
    environment: frozenset[str]
    """Variables that the environment sets by itself."""
    deployment: Deployment | None = None
    """Supervisor of the bot; None if a person starts it."""
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    """Variable -> the token that the bot will have."""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """Variable -> value, for the secrets file."""
    diagnostics: dict[Platform, list[Diagnostic]] = field(default_factory=dict)
    """Answers of each platform about its token."""

    def change(self, path: str, value: object) -> None:
        """Set ``section.key`` to another value.

        Raises:
            ConfigError: the value is wrong; nothing is changed.
        """
        text = settings_file.with_values(self.text, {path: value})
        self.settings, self.text = parse(text, self.path), text

    def check_token(self, platform: Platform, token: str) -> bool:
        """Ask the platform about a token, show its answers, and return if it may be used."""
        answers: list[Diagnostic] = []
        if not self.offline:
            answers = asyncio.run(diagnostics.examine_token(platform, self.settings, token))
        for diagnostic in answers:
            show_diagnostic(diagnostic)
        self.diagnostics[platform] = answers
        return not is_refused(answers)


def prepare(
    config: Path | None,
    assignments: Sequence[str],
    secret_lines: str,
    *,
    update: bool,
    offline: bool,
) -> Setup:
    """Begin with the example, or with the existing file, and with the options.

    Args:
        config: the settings file; None for the default one.
        assignments: ``section.key=value`` of each ``--set``.
        secret_lines: the text of ``--secrets``.
        update: an existing file may be changed.
        offline: do not ask the platforms about the tokens.

    Raises:
        ConfigError: something in them is wrong.
    """
    path = config or DEFAULT_PATH
    environment = frozenset(
        name.removesuffix("_FILE") for name, value in os.environ.items() if value
    )
    secrets_file.load_into_environment(config)
    exists = path.exists()
    text = read_text(path) if exists else settings_file.read_example()
    text = settings_file.with_values(text, settings_file.parse_assignments(assignments))
    setup = Setup(path, text, parse(text, path), exists, update, offline, environment)
    prepare_environment(setup.settings.network.proxy)
    _refuse_password(assignments)
    for name, value in secrets_file.parse(secret_lines).items():
        secrets_file.check_value(name, value)
        setup.secrets[name] = value
    setup.tokens = _known_tokens(setup)
    return setup


def check_all_tokens(setup: Setup) -> None:
    """Check every known token, and keep none that its platform refuses.

    Raises:
        ConfigError: a settings file exists and may not be changed.
    """
    if setup.exists and not setup.update:
        raise ConfigError(f"{setup.path}: is there already; --update changes it")
    for platform in PLATFORMS:
        token = setup.tokens.get(platform.token_variable)
        if token is not None and not setup.check_token(platform, token):
            setup.secrets.pop(platform.token_variable, None)


def finish(setup: Setup) -> None:
    """Write both files and those of the deployment, and say what to do next.

    Raises:
        ConfigError: they cannot be written.
        TokenRefused: they are, without a token that a platform refused.
    """
    files = choice.render(setup.deployment, setup.path)  # before anything is written
    settings_file.write(setup.path, setup.text, replace=setup.exists and setup.update)
    typer.echo(f"\n{setup.path} is written")
    _write_secrets(setup)
    choice.write(setup.deployment, files, setup.path)
    typer.echo("\nNext:")
    config_option = "" if setup.path == DEFAULT_PATH else f" --config {setup.path}"
    start = choice.start_steps(setup.deployment, setup.path, config_option)
    for number, step in enumerate(next_steps(setup.diagnostics, start, config_option), 1):
        typer.echo(f"  {number}. {step}")
    refused = [p.display_name for p, answers in setup.diagnostics.items() if is_refused(answers)]
    if refused:
        names = " and ".join(refused)
        raise TokenRefused(f"{names} refused the token; give another one with init --update")


def is_refused(answers: Sequence[Diagnostic]) -> bool:
    """Return if the platform refuses the token, rather than not answer."""
    return any(d.check.endswith(".token") and d.status is Status.FAILED for d in answers)


def _known_tokens(setup: Setup) -> dict[str, str]:
    """Return the tokens by variable: those of the environment, and of the options before them."""
    known = credentials.load()
    tokens = {
        platform.token_variable: token
        for platform in PLATFORMS
        if (token := known.token(platform)) is not None
    }
    return tokens | {name: setup.secrets[name] for name in TOKEN_VARIABLES if name in setup.secrets}


def _write_secrets(setup: Setup) -> None:
    if _needs_hash_secret(setup):
        setup.secrets[HASH_SECRET_VARIABLE] = _hash_secret(setup)
    if setup.secrets:
        path = secrets_file.secrets_path(setup.path)
        secrets_file.write(path, setup.secrets)
        typer.echo(f"{path} holds {', '.join(setup.secrets)}; only you may read it")


def _needs_hash_secret(setup: Setup) -> bool:
    """Return if the bot will use a database server and no secret is known yet."""
    if HASH_SECRET_VARIABLE in setup.secrets or os.environ.get(HASH_SECRET_VARIABLE):
        return False
    return setup.deployment is Deployment.COMPOSE or sqlite_path(_database_url(setup)) is None


def _hash_secret(setup: Setup) -> str:
    """Return the secret beside an SQLite database, whose members stay known, or a new one.

    Raises:
        ConfigError: the file cannot be read.
    """
    database = sqlite_path(_database_url(setup))
    if database is not None and credentials.hash_secret_path(database).exists():
        return credentials.load_hash_secret(None, database).decode()
    return random_secrets.token_hex(32)


def _database_url(setup: Setup) -> str:
    return setup.secrets.get(DATABASE_URL_VARIABLE) or setup.settings.database.url


def _refuse_password(assignments: Sequence[str]) -> None:
    """Refuse a password in the settings, which others may read, and in arguments, which show."""
    url = settings_file.parse_assignments(assignments).get("database.url")
    if isinstance(url, str) and has_password(url):
        raise ConfigError(
            f"--set database.url: has a password; give it as {DATABASE_URL_VARIABLE} in --secrets"
        )

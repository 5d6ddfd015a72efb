"""Questions that ``init`` asks a person."""

import typer

from bot.cli.init.deployment.choice import Deployment
from bot.cli.init.setup import Setup
from bot.config import secrets_file
from bot.config.errors import ConfigError
from bot.config.settings_file import parse_assignments
from bot.platforms import PLATFORMS, Platform

NO_DEPLOYMENT = "no"
QUESTIONS = {
    "reactions.mode": "Put emojis on messages (react), answer with buttons (reply), or speak only"
    " when addressed (mention_only)",
    "reactions.chance": "Share of messages to look at, from 0 to 1",
    "privacy.retention_days": "Days until what was shown and the feedback on it are erased",
}


def ask(setup: Setup) -> None:
    """Ask for the tokens and the keys that matter most; the tokens are checked at once.

    Raises:
        typer.Abort: the person left.
    """
    typer.echo(f"This writes {setup.path}. Enter takes what stands in brackets.")
    for platform in filter(lambda each: each.is_installed, PLATFORMS):
        typer.echo()
        if typer.confirm(f"{platform.display_name}?", default=_is_expected(setup, platform)):
            _ask_token(setup, platform)
        else:
            setup.secrets.pop(platform.token_variable, None)
    typer.echo()
    for path, question in QUESTIONS.items():
        _ask_setting(setup, path, question)
    if setup.deployment is None:
        setup.deployment = _ask_deployment()


def _is_expected(setup: Setup, platform: Platform) -> bool:
    """Return if most people want a platform: those of an extra, only with a token."""
    return not platform.library or platform.token_variable in setup.tokens


def _ask_token(setup: Setup, platform: Platform) -> None:
    variable = platform.token_variable
    if variable in setup.tokens and _keep_known_token(setup, platform):
        return
    for number, step in enumerate(platform.setup_steps, 1):
        typer.echo(f"  {number}. {step}")
    if platform.required_setting:
        path = f"{platform.name}.{platform.required_setting}"
        _ask_setting(setup, path, f"Address of {platform.display_name}'s server for the bot")
    question = f"{platform.display_name}'s token (it is not shown; empty for none)"
    while token := _ask_hidden(question):
        if _is_writable(variable, token) and setup.check_token(platform, token):
            setup.tokens[variable] = setup.secrets[variable] = token
            return


def _keep_known_token(setup: Setup, platform: Platform) -> bool:
    """Check the token that is known already, and return if it stays."""
    variable = platform.token_variable
    accepted = setup.check_token(platform, setup.tokens[variable])
    if variable in setup.environment:  # it would take precedence over one from here
        typer.echo(f"{variable} comes from the environment")
        return True
    if accepted and typer.confirm("Keep this one?", default=True):
        return True
    setup.secrets.pop(variable, None)
    return False


def _ask_hidden(question: str) -> str:
    value: str = typer.prompt(question, default="", hide_input=True, show_default=False)
    return value.strip()


def _is_writable(variable: str, token: str) -> bool:
    try:
        secrets_file.check_value(variable, token)
    except ConfigError as error:
        typer.echo(str(error))
        return False
    return True


def _ask_setting(setup: Setup, path: str, question: str) -> None:
    section, _, key = path.partition(".")
    current = getattr(getattr(setup.settings, section), key)

    def change(value: str) -> None:
        try:
            # What is not TOML is a text; the settings refuse it if it has to be something else.
            setup.change(path, parse_assignments([f"{path}={value}"])[path])
        except ConfigError as error:
            raise typer.BadParameter(str(error)) from None

    typer.prompt(question, default="" if current is None else str(current), value_proc=change)


def _ask_deployment() -> Deployment | None:
    answers = [NO_DEPLOYMENT, *Deployment]

    def choose(value: str) -> str:
        if value not in answers:
            raise typer.BadParameter(f"one of {', '.join(answers)}")
        return value

    question = (
        "Keep the bot running with a systemd unit (systemd), with containers (compose), or start it"
        " yourself (no)"
    )
    answer: str = typer.prompt(question, default=NO_DEPLOYMENT, value_proc=choose)
    return None if answer == NO_DEPLOYMENT else Deployment(answer)

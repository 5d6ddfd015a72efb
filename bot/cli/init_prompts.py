"""What ``init`` asks a person."""

import typer

from bot.cli.init_setup import PLATFORMS, Setup
from bot.config import secrets_file
from bot.config.settings import ConfigError

STEPS = {
    "Discord": (
        "Open https://discord.com/developers/applications, press New Application, name it.",
        "On the page Bot, press Reset Token and copy the token.",
        "There, under Privileged Gateway Intents, turn Message Content Intent on, press Save"
        " Changes.",
    ),
    "Telegram": (
        "Write /newbot to @BotFather, answer its two questions and copy the token.",
        "Write /setprivacy to it, choose the bot, press Disable: the bot sees what is said in"
        " groups.",
    ),
}
KEYS = {
    "reactions.mode": "Put emojis on messages (react), answer with buttons (reply), or speak only"
    " when addressed (mention_only)",
    "reactions.chance": "Share of messages to look at, from 0 to 1",
    "privacy.retention_days": "Days until what was shown and said about it is erased",
}


def ask(setup: Setup) -> None:
    """Ask for the tokens and the keys that matter most; the tokens are checked at once.

    Raises:
        typer.Abort: the person left.
    """
    typer.echo(f"This writes {setup.path}. Enter takes what stands in brackets.")
    for platform in PLATFORMS:
        typer.echo()
        if typer.confirm(f"{platform}?", default=True):
            _ask_token(setup, platform)
        else:
            setup.keep.pop(PLATFORMS[platform], None)
    typer.echo()
    for place, question in KEYS.items():
        _ask_key(setup, place, question)


def _ask_token(setup: Setup, platform: str) -> None:
    variable = PLATFORMS[platform]
    if variable in setup.tokens:
        good = setup.check(platform, setup.tokens[variable])
        if variable in setup.outside:  # one from here would stand behind it
            typer.echo(f"{variable} comes from the environment")
            return
        if good and typer.confirm("Keep this one?", default=True):
            return
        setup.keep.pop(variable, None)
    for number, step in enumerate(STEPS[platform], 1):
        typer.echo(f"  {number}. {step}")
    while token := _hidden(f"{platform}'s token (it is not shown; empty for none)"):
        if _may_be(variable, token) and setup.check(platform, token):
            setup.tokens[variable] = setup.keep[variable] = token
            return


def _hidden(question: str) -> str:
    given: str = typer.prompt(question, default="", hide_input=True, show_default=False)
    return given.strip()


def _may_be(variable: str, token: str) -> bool:
    try:
        secrets_file.check(variable, token)
    except ConfigError as error:
        typer.echo(str(error))
        return False
    return True


def _ask_key(setup: Setup, place: str, question: str) -> None:
    section, _, key = place.partition(".")
    now = getattr(getattr(setup.settings, section), key)

    def take(given: str) -> None:
        # As a text where TOML takes it for nothing else; the settings say what it has to be.
        from bot.config.settings_file import assignments

        try:
            setup.change(place, assignments([f"{place}={given}"])[place])
        except ConfigError as error:
            raise typer.BadParameter(str(error)) from None

    typer.prompt(question, default=str(now), value_proc=take)

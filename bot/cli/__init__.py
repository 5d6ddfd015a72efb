"""The command line; each command loads what it needs when it is called."""

from typing import Annotated

import typer

from bot.cli import (
    chat,
    database,
    doctor,
    feedback,
    init,
    model,
    predict,
    preferences,
    push,
    retrain,
    run,
    web,
)

EPILOG = (
    "Exit status: 0 done, 1 failed, 2 wrong command line or settings, 3 nothing to run (no token),"
    " 130 interrupted."
)

app = typer.Typer(
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they would show local variables, which hold messages
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(predict.predict)
app.command()(chat.chat)
app.command()(init.init)
app.command()(run.run)
app.command()(doctor.doctor)
app.command()(retrain.retrain)
app.command()(web.web)
app.add_typer(database.app, name="db")
app.add_typer(preferences.app, name="preferences")
app.add_typer(feedback.app, name="feedback")
app.add_typer(model.app, name="model")
app.add_typer(push.app, name="push")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("emoji-reactor"))
        raise typer.Exit


@app.callback()
def main(
    debug: Annotated[bool, typer.Option("--debug", help="Log everything that is safe.")] = False,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Predict the emojis that fit a message, and react with them on Discord and Telegram.

    Example: emoji-reactor predict "we won the cup!!"
    """
    if debug:
        from bot import log

        log.configure("debug")

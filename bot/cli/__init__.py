"""The command line: one module a command, imported when the command is called."""

from typing import Annotated

import typer

from bot.cli.lazy_group import Command, Group, lazy_group

EPILOG = (
    "Exit status: 0 done, 1 failed, 2 wrong command line or settings, 3 nothing to run (no token),"
    " 130 interrupted."
)

COMMANDS: dict[str, Command | Group] = {
    "predict": Command(
        "bot.cli.predict:predict",
        "Show the emojis that fit each text, best first; or predict for files of any size.",
    ),
    "chat": Command(
        "bot.cli.chat:chat",
        "Talk to the bot here: it shows what it would react with, and learns what you think of it.",
    ),
    "init": Command(
        "bot.cli.init.command:init",
        "Write settings by asking, check the tokens with their platforms, and say what to do next.",
    ),
    "run": Command(
        "bot.cli.run:run",
        "Connect to every platform that has a token, until SIGINT or SIGTERM.",
    ),
    "health": Command(
        "bot.cli.health:health",
        "Ask the bot that runs here if it works; exit status 0 if so, else 1.",
    ),
    "doctor": Command(
        "bot.cli.doctor:doctor",
        "Check settings, secrets, database, model and platforms, and name a remedy for each fault.",
    ),
    "retrain": Command(
        "bot.cli.retrain:retrain",
        "Learn from feedback: export, fine-tune, compare, and serve what is better.",
    ),
    "bench": Command(
        "bot.cli.bench:bench",
        "Measure a model, or answers of any program, against the leaderboard.",
    ),
    "web": Command(
        "bot.cli.web:web",
        "Show the page in a browser, until SIGINT or SIGTERM. Needs the extra web.",
    ),
    "serve": Command(
        "bot.cli.serve:serve",
        "Answer other programs over HTTP, until SIGINT or SIGTERM. Needs the extra api.",
    ),
    "mcp": Command(
        "bot.cli.mcp:mcp",
        "Offer tools for agents on standard input and output. Needs the extra mcp.",
    ),
    "db": Group(
        "Look after the database.",
        {
            "upgrade": Command(
                "bot.cli.db.upgrade:upgrade",
                "Bring the database up to date, as every start of the bot does.",
            ),
            "current": Command(
                "bot.cli.db.current:current",
                "Show the database's revision and the newest one, and change nothing.",
            ),
            "check": Command(
                "bot.cli.db.check:check",
                "Look for rows that nothing can read; exit status 1 if there are any.",
            ),
            "downgrade": Command(
                "bot.cli.db.downgrade:downgrade",
                "Take back migrations, before an earlier version is installed; stop the bot first.",
            ),
        },
    ),
    "backup": Group(
        "Back up the database with its secret and the settings, and restore it.",
        {
            "create": Command(
                "bot.cli.backup.create:create",
                "Write a backup, also while the bot runs, and remove the oldest ones.",
            ),
            "verify": Command(
                "bot.cli.backup.verify:verify",
                "Read a backup to its end: checksums, and the database in it.",
            ),
            "restore": Command(
                "bot.cli.backup.restore:restore",
                "Replace the database by that of a backup; stop the bot first.",
            ),
        },
    ),
    "discord": Group(
        "The application on Discord.",
        {
            "emojis": Command(
                "bot.cli.discord.emojis:app",
                "Images that the bot shows on every server in the place of emojis.",
            ),
        },
    ),
    "preferences": Command(
        "bot.cli.preferences:app", "What a community prefers, estimated from counts of feedback."
    ),
    "feedback": Group(
        "Feedback of people on the bot's reactions.",
        {
            "stats": Command(
                "bot.cli.feedback.stats:stats",
                "Count predictions, reactions and people's feedback on them, by emoji.",
            ),
            "export": Command(
                "bot.cli.feedback.export:export",
                "Write feedback as a dataset: one row for each answered message that got any.",
            ),
            "import-space": Command(
                "bot.cli.feedback.import_space:import_space",
                "Write the choices of a Space's visitors as a dataset, in the form of an export.",
            ),
            "purge": Command(
                "bot.cli.feedback.purge:purge",
                "Erase what is past its retention, as the running bot does every hour.",
            ),
        },
    ),
    "model": Group(
        "The artifact that predicts.",
        {
            "info": Command(
                "bot.cli.model.info:info",
                "Show what an artifact is made of, after checking its files.",
            ),
            "train": Command(
                "bot.cli.model.train:train",
                "Train an artifact; the same command goes on after an interruption.",
            ),
            "restore": Command(
                "bot.cli.model.restore:restore",
                "Turn an artifact back into a checkpoint, from which training goes on.",
            ),
            "convert": Command(
                "bot.cli.model.convert:convert",
                "Turn a foreign classifier whose labels are emojis into an artifact.",
            ),
            "export": Command(
                "bot.cli.model.export:export",
                "Write an artifact as ordinary tools open it, without this package.",
            ),
            "evaluate": Command(
                "bot.cli.model.evaluate:evaluate", "Measure an artifact on held-out texts."
            ),
            "pretrain": Command(
                "bot.cli.model.pretrain:pretrain",
                "Let a base checkpoint read texts without labels, guessing masked words.",
            ),
            "finetune": Command(
                "bot.cli.model.finetune:finetune",
                "Fit an artifact on feedback; the same command goes on after an interruption.",
            ),
            "gate": Command(
                "bot.cli.model.gate:gate",
                "Compare a candidate with the served artifact; exit status 1 if it is refused.",
            ),
            "promote": Command(
                "bot.cli.model.promote:promote",
                "Serve another artifact from now on; a running bot takes it between two messages.",
            ),
            "calibrate": Command(
                "bot.cli.model.calibrate:calibrate",
                "Calibrate an artifact on the validation texts of a recipe.",
            ),
            "gravity": Command(
                "bot.cli.model.gravity:gravity",
                "Fit the guard of an artifact against laughter on grave texts.",
            ),
            "card": Command(
                "bot.cli.model.card:card",
                "Write an artifact's model card, README.md, from its manifest and its figures.",
            ),
        },
    ),
    "push": Group(
        "Share on the Hugging Face Hub.",
        {
            "model": Command(
                "bot.cli.push.model:model",
                "Push an artifact with its card; then --model ORG/NAME serves it anywhere.",
            ),
            "dataset": Command(
                "bot.cli.push.dataset:dataset",
                "Export feedback now and push it; only lists the files unless --no-dry-run.",
            ),
            "space": Command(
                "bot.cli.push.space:space", "Push the demo with the model that it shows."
            ),
        },
    ),
}

app = typer.Typer(
    cls=lazy_group(COMMANDS),
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they would show local variables, which hold messages
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(requested: bool) -> None:
    if requested:
        from importlib.metadata import version  # slow to import, and for this option only

        typer.echo(version("emoji-reactor"))
        raise typer.Exit


@app.callback()
def main(
    debug: Annotated[bool, typer.Option("--debug", help="Log everything that is safe.")] = False,
    _: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Predict the emojis that fit a message, and react with them on Discord and Telegram.

    Example: emoji-reactor predict "we won the cup!!"
    """
    if debug:
        from bot import log  # slow to import, and for this option only

        log.configure("debug")

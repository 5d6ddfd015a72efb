"""``emoji-reactor model``: the artifact that predicts."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.card import card
from bot.cli.evaluate import evaluate
from bot.cli.finetune import fit, gate
from bot.cli.options import AsJson, served
from bot.cli.pretrain import pretrain
from bot.cli.promote import promote
from bot.cli.training_extra import (
    DEFAULT_RECIPE,
    ModelOption,
    RecipeOption,
    need_training,
    read_recipe,
)

app = typer.Typer(help="The artifact that predicts.", no_args_is_help=True)


@app.command()
def info(model: ModelOption = None, as_json: AsJson = False) -> None:
    """Show what an artifact is made of, after checking its files.

    Example: emoji-reactor model info --json
    """
    from model import artifact

    loaded = artifact.load(artifact.locate(model or served()))
    facts = json.loads(loaded.manifest.to_json())
    for key in ("sha256", "figures"):
        facts.pop(key, None)
    facts |= {"emojis": len(loaded.table.emojis), "folder": str(loaded.folder)}
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    for key, value in facts.items():
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
        typer.echo(f"{key:20} {shown}")


@app.command()
def train(
    recipe: RecipeOption = DEFAULT_RECIPE,
    base: Annotated[
        str | None,
        typer.Option(metavar="HUB_ID|FOLDER", help="Base checkpoint; default: the recipe's."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Default: runs/NAME of the recipe.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, help="best.pt of a run to begin from."),
    ] = None,
    average: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE=SHARE",
            help="best.pt of a run of the same base to take the mean with, and its share of it"
            " (0.25); may be repeated.",
        ),
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 2,
) -> None:
    """Train an artifact; the same command goes on after an interruption.

    Example: emoji-reactor model train --recipe recipes/default.toml --base ./all-MiniLM-L6-v2
    """
    averaged = _shares(average or [])
    read = read_recipe(recipe)
    from rich.console import Console
    from rich.progress import Progress

    from model.training.train import EarlierRuns, TrainingRun, train

    before = EarlierRuns(start, averaged)
    run = TrainingRun(out or Path("runs") / read.name, threads)
    with Progress(console=Console(stderr=True)) as progress:
        made = train(read, base or read.fit.base, run, progress, before)
    typer.echo(f"{made.version} in {made.folder}")


def _shares(given: list[str]) -> tuple[tuple[Path, float], ...]:
    shares = []
    for each in given:
        file, _, share = each.rpartition("=")
        try:
            shares.append((Path(file), float(share)))
        except ValueError:
            raise typer.BadParameter(f"--average: {each}: write FILE=SHARE") from None
        if not Path(file).is_file():
            raise typer.BadParameter(f"--average: {file}: no such file")
    if any(share <= 0 for _, share in shares) or sum(share for _, share in shares) > 1:
        raise typer.BadParameter("--average: shares are above 0, and 1 together at most")
    return tuple(shares)


@app.command()
def restore(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write it.")],
    model: ModelOption = None,
) -> None:
    """Turn an artifact back into a checkpoint, from which training goes on.

    Example: emoji-reactor model restore runs/restored && emoji-reactor model train
    --base runs/restored --start runs/restored/best.pt
    """
    need_training()
    from model import artifact
    from model.training.export.restore import restore

    restore(artifact.load(artifact.locate(model or served())), out)
    typer.echo(f"{out}: begin from it with --base {out} --start {out / 'best.pt'}")


@app.command()
def convert(
    source: Annotated[
        str, typer.Argument(metavar="PATH|HUB_ID", help="A text classifier of transformers.")
    ],
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the artifact goes.")],
) -> None:
    """Turn somebody's classifier, whose labels are emojis, into an artifact.

    Example: emoji-reactor model convert cardiffnlp/twitter-roberta-base-emoji runs/roberta
    """
    need_training()
    from model import artifact
    from model.training.export.convert import convert

    made = convert(
        artifact.locate(source, artifact.CLASSIFIER_FILES), out, source.partition("@")[0]
    )
    typer.echo(f"{made.version} in {made.folder}: {len(made.table.emojis)} emojis")


app.command()(evaluate)
app.command()(pretrain)
app.command()(fit)
app.command()(gate)
app.command()(promote)
app.command()(card)

"""``emoji-reactor model``: the artifact that predicts."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson

if TYPE_CHECKING:
    from model.training.recipe import Recipe

app = typer.Typer(help="The artifact that predicts.", no_args_is_help=True)

ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="PATH|HUB_ID", help="Another artifact than the shipped one."),
]
RecipeOption = Annotated[
    Path, typer.Option("--recipe", metavar="FILE", help="Data, emotion table, hyper-parameters.")
]
DEFAULT_RECIPE = Path("recipes/default.toml")


@app.command()
def info(model: ModelOption = None, as_json: AsJson = False) -> None:
    """Show what an artifact is made of, after checking its files.

    Example: emoji-reactor model info --json
    """
    from model import artifact

    loaded = artifact.load(artifact.locate(model))
    facts = {k: v for k, v in loaded.manifest.items() if k not in ("emojis", "sha256")}
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
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 2,
) -> None:
    """Train an artifact; the same command goes on after an interruption.

    Example: emoji-reactor model train --recipe recipes/default.toml --base ./all-MiniLM-L6-v2
    """
    read = _recipe(recipe)
    from rich.console import Console
    from rich.progress import Progress

    from model.training.train import Run, train

    run = Run(out or Path("runs") / read.name, threads)
    with Progress(console=Console(stderr=True)) as progress:
        made = train(read, base or read.fit.base, run, progress, start)
    typer.echo(f"{made.version} in {made.folder}")


@app.command()
def restore(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write it.")],
    model: ModelOption = None,
) -> None:
    """Turn an artifact back into a checkpoint, from which training goes on.

    Example: emoji-reactor model restore runs/restored && emoji-reactor model train
    --base runs/restored --start runs/restored/best.pt
    """
    _need_training()
    from model import artifact
    from model.training.restore import restore

    restore(artifact.load(artifact.locate(model)), out)
    typer.echo(f"{out}: begin from it with --base {out} --start {out / 'best.pt'}")


@app.command()
def evaluate(
    recipe: RecipeOption = DEFAULT_RECIPE,
    model: ModelOption = None,
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only these of the recipe's held-out splits."),
    ] = None,
    baselines: Annotated[
        bool, typer.Option(help="Beside the prior, naive Bayes and published answers; minutes.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write tables and pictures as a page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure an artifact on the recipe's held-out splits.

    Example: emoji-reactor model evaluate --data emoji_tweets --data go_emotions --baselines
    """
    read = _recipe(recipe)
    from rich.console import Console
    from rich.progress import track

    from model import Predictor
    from model.training.report import chosen_splits, evaluate_split

    wanted = chosen_splits(read, data or ())
    if not wanted:
        known = ", ".join(source.name for source in read.held_out)
        raise typer.BadParameter(f"the recipe holds out {known}", param_hint="--data")
    predictor = Predictor.load(model)
    console = Console(stderr=True)
    rows = [
        row
        for source in track(wanted, "evaluate", console=console, disable=not console.is_terminal)
        for row in evaluate_split(read, source, predictor, predictor.version, baselines=baselines)
    ]
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
    from bot.cli.figures import show_figures, write_page

    if not as_json:
        show_figures(rows)
    if html is not None:
        write_page(rows, html)


def _recipe(path: Path) -> "Recipe":
    """Read a recipe.

    Raises:
        TrainingMissing: the ``train`` extra is not installed.
        RecipeError: the recipe is wrong; the key is named.
    """
    _need_training()
    from model.training.recipe import Recipe

    return Recipe.read(path)


def _need_training() -> None:
    from importlib.util import find_spec

    from bot.core.errors import TrainingMissing

    for package in ("torch", "transformers", "datasets"):
        if find_spec(package) is None:
            raise TrainingMissing(package)

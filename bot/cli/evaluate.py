"""``emoji-reactor model evaluate``: what an artifact reaches on held-out texts."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, served
from bot.cli.training_extra import (
    DEFAULT_RECIPE,
    ModelOption,
    RecipeOption,
    need_training,
    read_recipe,
)

if TYPE_CHECKING:
    from model.figures import EvaluationResult
    from model.training.recipe import Recipe, SourceRecipe

TABLES = (".parquet", ".csv", ".jsonl", ".json")


def evaluate(
    recipe: RecipeOption = DEFAULT_RECIPE,
    model: ModelOption = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FILE",
            help="A held-out split of the recipe, or a Parquet, CSV or JSON Lines file of your own "
            "with a column text and either emoji, emotions, or the emojis inside the text. "
            "Default: all splits of the recipe.",
        ),
    ] = None,
    baselines: Annotated[
        bool, typer.Option(help="Beside the prior, naive Bayes and published answers; minutes.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write tables and pictures as a page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure an artifact on held-out texts.

    Example: emoji-reactor model evaluate --data emoji_tweets --data mine.csv --baselines
    """
    need_training()
    model = model or served()
    read, wanted = _splits(recipe, data or [], baselines)
    from rich.console import Console
    from rich.progress import Progress

    from bot.cli.evaluation_tables import show_figures, write_page
    from bot.cli.model_option import open_model
    from model import Predictor
    from model.evaluation.evaluate import CachingPredictor
    from model.training.evaluation.held_out_evaluation import (
        Baselines,
        evaluate_latency,
        evaluate_split,
    )

    opened = open_model(model)
    ranker = CachingPredictor(opened.artifact) if isinstance(opened, Predictor) else opened
    rivals = Baselines(read, wanted) if baselines else None
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        rows: list[EvaluationResult] = []
        for source in progress.track(wanted, description="evaluate"):
            rows += evaluate_split(read, source, ranker, opened.version, rivals)
        rows.append(evaluate_latency(read, wanted[0], opened, opened.version))
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows], ensure_ascii=False))
    else:
        show_figures(rows)
    if html is not None:
        write_page(rows, html)


def _splits(recipe: Path, asked: list[str], baselines: bool) -> "tuple[Recipe, list[SourceRecipe]]":
    """The recipe, and what to measure on: its splits of these names, and these files."""
    from model.training.data.splits import file_split_recipe
    from model.training.evaluation.held_out_evaluation import select_splits
    from model.training.recipe import Recipe

    files = [Path(each) for each in asked if Path(each).suffix in TABLES]
    names = [each for each in asked if Path(each).suffix not in TABLES]
    for file in files:
        if not file.is_file():
            raise typer.BadParameter(f"no file {file}", param_hint="--data")
    # Somebody's own file needs no recipe, unless there are baselines to fit.
    alone = bool(files) and not names and not baselines
    read = Recipe(name="own", sources=(), validation=()) if alone else read_recipe(recipe)
    unknown = set(names) - {source.name for source in read.held_out}
    if unknown:
        known = ", ".join(source.name for source in read.held_out)
        raise typer.BadParameter(
            f"no {min(unknown)}; the recipe holds out {known}", param_hint="--data"
        )
    fitted_on = read.sources[0].name if read.sources else None
    own = [file_split_recipe(file, fitted_on) for file in files]
    return read, [*(select_splits(read, names) if names or not files else ()), *own]

"""``emoji-reactor model evaluate``."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.cli.model.evaluation_tables import show_figures, write_html
from bot.cli.open_model import open_model
from bot.cli.options import DEFAULT_RECIPE, AsJson, ModelOption, RecipeOption, served_folder
from bot.cli.recipe_option import read_recipe
from bot.cli.training_extra import require_training_extra
from model import Predictor
from model.evaluation.evaluate import CachingPredictor
from model.figures import EvaluationResult
from model.training.data.splits import file_split_recipe
from model.training.recipe import Recipe, SourceRecipe

if TYPE_CHECKING:
    from model.training.evaluation.held_out_evaluation import EvaluatedRanker, Rivals
    from model.training.export.emoji_classifier import EmojiClassifier

TABLE_SUFFIXES = (".parquet", ".csv", ".jsonl", ".json")


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
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Texts of each split, drawn at random. Default: as the recipe."),
    ] = None,
    baselines: Annotated[
        bool, typer.Option(help="Compare with the prior, naive Bayes and published ones; minutes.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(metavar="PATH|HUB_ID", help="Another artifact to compare with, by text."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write tables and charts as a page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure an artifact on held-out texts.

    Texts of each language have figures of their own.

    Example: emoji-reactor model evaluate --data emoji_tweets --data mine.csv --baselines
    """
    require_training_extra()
    model = model or served_folder()
    loaded_recipe, splits = _select_splits(recipe, data or [], baselines=baselines)
    if limit is not None:
        splits = [s.model_copy(update={"limit": min(limit, s.limit or limit)}) for s in splits]
    rivals = _open_rivals(loaded_recipe, splits, against, baselines=baselines)
    results = _evaluate_splits(loaded_recipe, splits, model, rivals)
    if as_json:
        rows = [result.model_dump(mode="json") for result in results]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        show_figures(results)
    if html is not None:
        write_html(results, html)


def _open_rivals(
    recipe: Recipe, splits: Sequence[SourceRecipe], against: str | None, *, baselines: bool
) -> "Rivals":
    from model.training.evaluation.fitted_baselines import Baselines  # scikit-learn
    from model.training.evaluation.held_out_evaluation import Rivals

    return Rivals(
        former=None if against is None else _named(_open_ranker(against)),
        baselines=Baselines(recipe, splits) if baselines else None,
    )


def _open_ranker(source: str) -> "CachingPredictor | EmojiClassifier":
    opened = open_model(source, authors=True)  # the texts have their authors' emojis and emotions
    return CachingPredictor(opened.artifact) if isinstance(opened, Predictor) else opened


def _named(opened: "CachingPredictor | EmojiClassifier") -> "EvaluatedRanker":
    from model.training.evaluation.held_out_evaluation import EvaluatedRanker

    threshold = opened.threshold if isinstance(opened, Predictor) else None
    return EvaluatedRanker(opened.version, opened, threshold)


def _evaluate_splits(
    recipe: Recipe, splits: Sequence[SourceRecipe], model: str, rivals: "Rivals"
) -> list[EvaluationResult]:
    from model.training.evaluation import held_out_evaluation  # scikit-learn

    ranker = _named(_open_ranker(model))
    console = Console(stderr=True)
    results: list[EvaluationResult] = []
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        for split in progress.track(splits, description="evaluate"):
            results += held_out_evaluation.evaluate_split(recipe, split, ranker, rivals)
    # Another predictor: the first one knows the texts.
    latency = held_out_evaluation.evaluate_latency(
        recipe, splits[0], open_model(model), ranker.name
    )
    return [*results, latency]


def _select_splits(
    recipe: Path, names_and_files: Sequence[str], *, baselines: bool
) -> tuple[Recipe, list[SourceRecipe]]:
    """Return the recipe, and its splits of these names with the files as splits of their own.

    Raises:
        BadParameter: a file does not exist, or the recipe holds out no split of a name.
    """
    from model.training.evaluation.held_out_evaluation import select_splits  # scikit-learn

    files = [Path(name) for name in names_and_files if Path(name).suffix in TABLE_SUFFIXES]
    names = [name for name in names_and_files if Path(name).suffix not in TABLE_SUFFIXES]
    for file in files:
        if not file.is_file():
            raise typer.BadParameter(f"no file {file}", param_hint="--data")
    # A file of one's own needs no recipe, unless there are baselines to fit.
    if files and not names and not baselines:
        loaded = Recipe(name="own", sources=(), validation=())
    else:
        loaded = read_recipe(recipe)
    _check_names(loaded, names)
    trained_on = loaded.sources[0].name if loaded.sources else None
    file_splits = [file_split_recipe(file, trained_on) for file in files]
    return loaded, [*(select_splits(loaded, names) if names or not files else ()), *file_splits]


def _check_names(recipe: Recipe, names: Sequence[str]) -> None:
    held_out = [source.name for source in recipe.held_out]
    if unknown := set(names) - set(held_out):
        raise typer.BadParameter(
            f"no {min(unknown)}; the recipe holds out {', '.join(held_out)}", param_hint="--data"
        )

"""``emoji-reactor model finetune``, a step of ``retrain`` as a command of its own."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.cli.options import (
    DEFAULT_RECIPE,
    DatasetOption,
    FullOption,
    ModelOption,
    ReactionsOption,
    RecipeOption,
    ThreadsOption,
)
from bot.cli.recipe_option import read_optional_recipe
from bot.cli.training_extra import load_base_artifact
from bot.dataset.folder import check_export_folder
from model.artifact import Artifact
from model.training.feedback.finetune_recipe import FinetuneRecipe
from model.training.recipe import Recipe


def finetune(
    dataset: DatasetOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="For DIR/artifact.")],
    model: ModelOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE,
    full: FullOption = False,
    reactions: ReactionsOption = False,
    threads: ThreadsOption = 2,
) -> None:
    """Fit an artifact on feedback; the same command goes on after an interruption.

    Texts of the recipe's sources whose files exist are replayed against forgetting.

    Example: emoji-reactor model finetune --dataset feedback --out runs/finetune
    """
    check_export_folder(dataset)
    source = load_base_artifact(model)
    candidate = finetune_with_progress(
        source,
        dataset,
        out,
        read_optional_recipe(recipe),
        finetune=select_fit(full=full, reactions=reactions),
        threads=threads,
    )
    from model.training.fitting.processes import is_main_process  # torch

    if is_main_process():
        typer.echo(f"{candidate.version} in {candidate.folder}")


def select_fit(*, full: bool, reactions: bool) -> FinetuneRecipe:
    """Return what to fit.

    Raises:
        BadParameter: both options are given.
    """
    if full and reactions:
        raise typer.BadParameter("--full and --reactions exclude each other")
    return FinetuneRecipe(full=full, reactions=reactions)


def finetune_with_progress(
    source: Artifact,
    dataset: Path,
    out: Path,
    recipe: Recipe | None,
    *,
    finetune: FinetuneRecipe,
    threads: int,
) -> Artifact:
    """Fit a candidate from ``source``, with a progress bar on a terminal."""
    from model.training.feedback.candidate import FinetuneRun, fit_candidate, use_threads  # torch
    from model.training.fitting.processes import is_main_process

    use_threads(threads)
    console = Console(stderr=True)
    disabled = not (console.is_terminal and is_main_process())
    with Progress(console=console, transient=True, disable=disabled) as progress:
        run = FinetuneRun(out, finetune, recipe)
        return fit_candidate(source, dataset, run, progress)

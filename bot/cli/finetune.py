"""``model fit`` and ``model gate``: two steps of ``retrain`` as commands of their own."""

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
    from model.artifact import Artifact
    from model.training.recipe import Recipe

Dataset = Annotated[
    Path, typer.Option("--dataset", metavar="DIR", help="What feedback export wrote.")
]
Full = Annotated[
    bool, typer.Option("--full", help="Fit the encoder as well: hours instead of minutes.")
]
Threads = Annotated[int, typer.Option(min=1, help="CPU threads.")]


def fit(
    dataset: Dataset,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="For DIR/artifact.")],
    model: ModelOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE,
    full: Full = False,
    threads: Threads = 2,
) -> None:
    """Fit an artifact on feedback; the same command goes on after an interruption.

    Texts of the recipe's sources whose files exist are replayed against forgetting.

    Example: emoji-reactor model fit --dataset feedback --out runs/fit
    """
    from bot.dataset.folder import check_export_folder

    check_export_folder(dataset)
    made = fitted(source_of(model), dataset, out, recipe_at(recipe), full=full, threads=threads)
    from model.training.fitting.processes import is_main_process

    if is_main_process():
        typer.echo(f"{made.version} in {made.folder}")


def gate(
    candidate: Annotated[Path, typer.Argument(metavar="FOLDER", help="The candidate.")],
    dataset: Dataset,
    model: ModelOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE,
    as_json: AsJson = False,
) -> None:
    """Compare a candidate with the served artifact; exit status 1 where it is refused.

    It has to be better on the held-out part of the feedback, and no worse than a margin on the
    recipe's benchmarks that are here, on the names of emojis, in time and in size.

    Example: emoji-reactor model gate runs/fit/artifact --dataset feedback
    """
    from bot.cli.gate_table import show_verdict
    from bot.dataset.folder import check_export_folder
    from model import artifact

    check_export_folder(dataset)
    before = source_of(model)
    from model.training.feedback.feedback_targets import read_feedback_targets
    from model.training.feedback.gate import run_gate

    held_out = read_feedback_targets(dataset, "test")
    verdict = run_gate(before, artifact.load(candidate), held_out, recipe_at(recipe))
    if as_json:
        typer.echo(json.dumps(verdict.as_dict(), ensure_ascii=False))
    else:
        show_verdict(verdict)
    if not verdict.passed:
        raise typer.Exit(1)


def source_of(model: str | None) -> "Artifact":
    """The artifact to begin from.

    Raises:
        TrainingMissing: the ``train`` extra is not installed.
        ArtifactError: it is missing or corrupt.
    """
    need_training()
    from model import artifact

    return artifact.load(artifact.locate(model or served()))


def recipe_at(path: Path) -> "Recipe | None":
    """The recipe; None where the default one is not here, as outside a checkout."""
    return None if path == DEFAULT_RECIPE and not path.exists() else read_recipe(path)


def fitted(
    source: "Artifact",
    dataset: Path,
    out: Path,
    recipe: "Recipe | None",
    *,
    full: bool,
    threads: int,
) -> "Artifact":
    """Fit with a progress bar."""
    from rich.console import Console
    from rich.progress import Progress

    from model.training.feedback.candidate import FinetuneRun, fit_candidate, use_threads
    from model.training.feedback.finetune_recipe import FinetuneRecipe
    from model.training.fitting.processes import is_main_process

    use_threads(threads)
    console = Console(stderr=True)
    quiet = not (console.is_terminal and is_main_process())
    with Progress(console=console, transient=True, disable=quiet) as progress:
        run = FinetuneRun(out, FinetuneRecipe(full=full), recipe)
        return fit_candidate(source, dataset, run, progress)

"""``emoji-reactor model gate``, a step of ``retrain`` as a command of its own."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.model.gate_table import show_gate_report
from bot.cli.options import DEFAULT_RECIPE, AsJson, DatasetOption, ModelOption, RecipeOption
from bot.cli.recipe_option import read_optional_recipe
from bot.cli.training_extra import load_base_artifact
from bot.dataset.folder import check_export_folder
from model import artifact
from model.training.feedback.feedback_targets import read_feedback_targets
from model.training.feedback.gate import run_gate


def gate(
    candidate: Annotated[Path, typer.Argument(metavar="FOLDER", help="The candidate.")],
    dataset: DatasetOption,
    model: ModelOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE,
    as_json: AsJson = False,
) -> None:
    """Compare a candidate with the served artifact; exit status 1 if it is refused.

    It has to be better on the held-out part of the feedback, and no worse than a margin on the
    recipe's benchmarks that are here, on the names of emojis, in time and in size.

    Example: emoji-reactor model gate runs/finetune/artifact --dataset feedback
    """
    check_export_folder(dataset)
    served = load_base_artifact(model)
    held_out = read_feedback_targets(dataset, "test")
    report = run_gate(served, artifact.load(candidate), held_out, read_optional_recipe(recipe))
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        show_gate_report(report)
    if not report.passed:
        raise typer.Exit(1)

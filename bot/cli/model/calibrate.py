"""``emoji-reactor model calibrate``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import DEFAULT_RECIPE, RecipeOption
from bot.cli.recipe_option import read_recipe
from bot.cli.training_extra import require_training_extra
from model import artifact as artifacts


def calibrate(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The artifact.", exists=True, file_okay=False)
    ],
    recipe: RecipeOption = DEFAULT_RECIPE,
) -> None:
    """Calibrate an artifact on the validation texts of a recipe.

    Temperature, confidence threshold and the bias of emojis that no training text had; `model
    train` does the same at its end. Measure and write the card afterwards.

    Example: emoji-reactor model calibrate runs/mine/artifact --recipe recipes/default.toml
    """
    require_training_extra()
    from model.training.export.calibration import calibrate_on_validation  # scipy

    made = calibrate_on_validation(artifacts.load(folder), read_recipe(recipe))
    described = made.manifest
    typer.echo(
        f"{made.version}: temperature {described.temperature:g},"
        f" {described.temperature_among(20):.4g} among 20 emojis;"
        f" confidence threshold {described.threshold:g}"
    )

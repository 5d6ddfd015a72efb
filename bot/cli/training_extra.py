"""What the commands share that need the ``train`` extra."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from model.training.recipe import Recipe

ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="PATH|HUB_ID", help="Another artifact than the served one."),
]
RecipeOption = Annotated[
    Path, typer.Option("--recipe", metavar="FILE", help="Data, emotion table, hyper-parameters.")
]
DEFAULT_RECIPE = Path("recipes/default.toml")


def read_recipe(path: Path) -> "Recipe":
    """Read a recipe.

    Raises:
        TrainingMissing: the ``train`` extra is not installed.
        RecipeError: the recipe is wrong; the key is named.
    """
    need_training()
    from model.training.recipe import Recipe

    return Recipe.read(path)


def need_training() -> None:
    """Refuse where the ``train`` extra is missing.

    Raises:
        TrainingMissing: the first package that is not installed, named.
    """
    from importlib.util import find_spec

    from bot.core.errors import TrainingExtraMissing

    for package in ("torch", "transformers", "datasets", "accelerate"):
        if find_spec(package) is None:
            raise TrainingExtraMissing(package)

"""Reading of what ``--recipe`` names; apart from what serving imports, as it takes time."""

from pathlib import Path

from bot.cli.options import DEFAULT_RECIPE
from bot.cli.training_extra import require_training_extra
from model.training.recipe import Recipe


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        TrainingExtraMissing: the ``train`` extra is not installed.
        RecipeError: the recipe is wrong; the key is named.
    """
    require_training_extra()
    return Recipe.read(path)


def read_optional_recipe(path: Path) -> Recipe | None:
    """Read a recipe; None if the default one does not exist, as outside a checkout."""
    return None if path == DEFAULT_RECIPE and not path.exists() else read_recipe(path)

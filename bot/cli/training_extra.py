"""Access to the ``train`` extra, which may be missing: torch is imported inside functions only."""

from importlib.util import find_spec
from pathlib import Path

from bot.cli.options import DEFAULT_RECIPE, served_folder
from bot.core.errors import TrainingExtraMissing
from model import artifact
from model.artifact import Artifact
from model.training.recipe import Recipe

PACKAGES = ("torch", "transformers", "datasets", "accelerate")


def require_training_extra() -> None:
    """Refuse to go on without the ``train`` extra.

    Raises:
        TrainingExtraMissing: names the first package that is not installed.
    """
    for package in PACKAGES:
        if find_spec(package) is None:
            raise TrainingExtraMissing(package)


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


def load_base_artifact(model: str | None) -> Artifact:
    """Load the artifact from which training begins: ``model``, or the served one.

    Raises:
        TrainingExtraMissing: the ``train`` extra is not installed.
        ArtifactError: it is missing or corrupt.
    """
    require_training_extra()
    return artifact.load(artifact.locate(model or served_folder()))

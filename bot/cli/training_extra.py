"""Access to the ``train`` extra, which may be missing: torch is imported inside functions only."""

from importlib.util import find_spec

from bot.cli.options import served_folder
from bot.core.errors import TrainingExtraMissing
from model import artifact, artifact_source
from model.artifact import Artifact

PACKAGES = ("torch", "transformers", "datasets", "accelerate")


def require_training_extra() -> None:
    """Refuse to go on without the ``train`` extra.

    Raises:
        TrainingExtraMissing: names the first package that is not installed.
    """
    for package in PACKAGES:
        if find_spec(package) is None:
            raise TrainingExtraMissing(package)


def load_base_artifact(model: str | None) -> Artifact:
    """Load the artifact from which training begins: ``model``, or the served one.

    Raises:
        TrainingExtraMissing: the ``train`` extra is not installed.
        ArtifactError: it is missing or corrupt.
    """
    require_training_extra()
    return artifact.load(artifact_source.locate(model or served_folder()))

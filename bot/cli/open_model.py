"""Loading of what ``--model`` names: an artifact, or a foreign classifier."""

from typing import TYPE_CHECKING

from bot.cli.training_extra import require_training_extra
from model import Predictor, artifact, artifact_source

if TYPE_CHECKING:
    from model.training.export.emoji_classifier import EmojiClassifier


def open_model(source: str | None, *, authors: bool = False) -> "Predictor | EmojiClassifier":
    """Return the predictor of an artifact, or a foreign classifier whose labels are emojis.

    If ``authors``, it predicts what authors write even if the artifact has a reaction head.

    Raises:
        ArtifactError: neither exists, or it cannot be read.
        TrainingExtraMissing: it is a classifier, and the ``train`` extra is not installed.
    """
    folder = artifact_source.locate(source)
    is_artifact = (folder / artifact.LAYOUT.manifest).exists()
    if source is None or is_artifact or not (folder / artifact_source.TRANSFORMERS_CONFIG).exists():
        loaded = artifact.load(folder)
        return Predictor(loaded.of_authors() if authors else loaded)
    require_training_extra()
    from model.training.export.emoji_classifier import EmojiClassifier  # torch

    # Weights are downloaded from the Hub only now.
    return EmojiClassifier(artifact_source.locate_classifier(source))

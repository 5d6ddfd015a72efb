"""What ``--model`` may name: an artifact, or somebody's classifier with the ``train`` extra."""

from typing import TYPE_CHECKING

from bot.cli.training_extra import need_training

if TYPE_CHECKING:
    from model import Predictor
    from model.training.export.emoji_classifier import EmojiClassifier


def open_model(source: str | None) -> "Predictor | EmojiClassifier":
    """The predictor of an artifact, or a classifier whose labels are emojis as it is.

    Raises:
        ArtifactError: neither is there, or it cannot be read.
        TrainingMissing: it is a classifier, and the ``train`` extra is not installed.
    """
    from model import Predictor, artifact

    folder = artifact.locate(source)
    there = (folder / artifact.LAYOUT.manifest).exists()
    if source is None or there or not (folder / artifact.TRANSFORMERS_CONFIG).exists():
        return Predictor(artifact.load(folder))
    need_training()
    from model.training.export.emoji_classifier import EmojiClassifier

    # From the Hub, weights come only now.
    return EmojiClassifier(artifact.locate(source, artifact.CLASSIFIER_FILES))

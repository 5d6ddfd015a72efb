"""A fine-tuning run on the tiny artifact, in which people correct 😂 to 😭."""

from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

from model import Predictor
from model.artifact import Artifact
from model.manifest import FeedbackRecord
from model.training.feedback.candidate import write_candidate
from model.training.feedback.feedback_targets import FeedbackTarget
from model.training.feedback.finetune import FeedbackFinetune
from model.training.feedback.finetune_recipe import FinetuneRecipe
from tests.tiny import WORDS

RECIPE = FinetuneRecipe(
    epochs=40, batch_size=16, embedding_learning_rate=0.05, embedding_penalty=0.01
)
QUIET = Progress(disable=True)
TARGETS = [
    FeedbackTarget(f"funny {word}", {"😭": 2.0}, {"😂": 1.0}) for word in ("a", "b", "c", "d") * 12
]
REPLAY = [word for word in WORDS if word not in ("funny", "haha")] * 4


def finetuned(
    source: Artifact,
    folder: Path,
    recipe: FinetuneRecipe = RECIPE,
    targets: Sequence[FeedbackTarget] = TARGETS,
) -> Artifact:
    """Return the candidate of a run in a folder."""
    finetune = FeedbackFinetune(source, recipe, folder / "fit")
    head = finetune.run(targets, targets, REPLAY, QUIET)
    return write_candidate(head, source, folder / "artifact", record(source))


def record(source: Artifact) -> FeedbackRecord:
    """Return the manifest's entry of a run."""
    return FeedbackRecord(parent=source.version, texts=len(TARGETS))


def first_emoji(artifact: Artifact, text: str) -> str:
    """Return the best emoji of all."""
    return Predictor(artifact).predict([text])[0][0].emoji

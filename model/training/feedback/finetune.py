"""Fine-tuning of a served artifact on feedback.

By default the encoder is frozen: its vectors are computed once, and embeddings, biases and a
projection that is folded into the embeddings are fitted. ``FinetuneRecipe.full`` fits the encoder
as well. Under ``accelerate launch`` each process takes its share of every batch.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

import torch
from rich.progress import Progress

from model.artifact import Artifact
from model.feedback import FeedbackError
from model.predictor import Predictor
from model.training.feedback.emoji_head import EmojiHead
from model.training.feedback.encoded_texts import encode_replay, encode_targets
from model.training.feedback.feedback_targets import FeedbackTarget
from model.training.feedback.finetune_objective import FinetuneData, FinetuneObjective
from model.training.feedback.finetune_recipe import FinetuneRecipe
from model.training.fitting.loop import LoopOptions, TrainingLoop

CHECKPOINT = "finetune.pt"


class FeedbackFinetune:
    """One fine-tuning run in a folder; ``run`` resumes from the last checkpoint there."""

    def __init__(self, source: Artifact, recipe: FinetuneRecipe, folder: Path) -> None:
        self._source, self._recipe, self._folder = source, recipe, folder

    def run(
        self,
        targets: Sequence[FeedbackTarget],
        validation: Sequence[FeedbackTarget],
        replay: Sequence[str],
        progress: Progress,
    ) -> EmojiHead:
        """Fit until the validation loss stops falling; return the head of the best epoch.

        A checkpoint of other data or of another recipe is replaced.

        Raises:
            FeedbackError: no target is about an emoji of the artifact.
            RestoreError: the encoder is to be fitted as well, and is no BERT.
        """
        torch.manual_seed(self._recipe.seed)
        data = self._encode(targets, validation, replay, progress)
        objective = FinetuneObjective(self._source, self._recipe, data)
        fingerprint = self._fingerprint(targets, validation, replay)
        loop = TrainingLoop(objective, self._options(objective), self._folder, fingerprint)
        loop.run(progress)
        return objective.module.cpu().eval()

    def _encode(
        self,
        targets: Sequence[FeedbackTarget],
        validation: Sequence[FeedbackTarget],
        replay: Sequence[str],
        progress: Progress,
    ) -> FinetuneData:
        task = progress.add_task("read the texts", total=None)
        predictor = Predictor(self._source, threads=torch.get_num_threads())
        train = encode_targets(predictor, targets)
        if not len(train):
            reason = ": all of it is about custom emojis, which preferences learn"
            raise FeedbackError(f"no text with feedback to learn from{reason if targets else ''}")
        held_out = max(1, len(replay) // 10)
        data = FinetuneData(
            train,
            encode_targets(predictor, validation),
            replay=encode_replay(predictor, replay[held_out:]),
            validation_replay=encode_replay(predictor, replay[:held_out]),
        )
        progress.update(task, total=1, completed=1)
        return data

    def _options(self, objective: FinetuneObjective) -> LoopOptions:
        return LoopOptions(
            steps_per_epoch=objective.steps_per_epoch,
            total_steps=objective.steps_per_epoch * self._recipe.epochs,
            evaluate_every=objective.steps_per_epoch,
            patience=self._recipe.patience,
            seed=self._recipe.seed,
            checkpoint=CHECKPOINT,
            restart_on_other_data=True,
        )

    def _fingerprint(
        self,
        targets: Sequence[FeedbackTarget],
        validation: Sequence[FeedbackTarget],
        replay: Sequence[str],
    ) -> str:
        """Return a digest of data and recipe that does not depend on the order of the targets."""
        sorted_targets = [sorted(map(repr, map(astuple, x))) for x in (targets, validation)]
        content = (self._source.version, sorted_targets, list(replay), self._recipe)
        return hashlib.sha256(repr(content).encode()).hexdigest()

"""A short fit of a tiny encoder, as a process of its own.

``SOURCE RECIPE DATASET OUT [EPOCH]``; after that epoch the process kills itself. Says among how
many it was.
"""

import os
import signal
import sys
from pathlib import Path

import torch
from accelerate import PartialState
from rich.progress import Progress

from model.artifact import load
from model.training.feedback.candidate import FinetuneRun, fit_candidate
from model.training.feedback.finetune_objective import FinetuneBatch
from model.training.feedback.finetune_recipe import FinetuneRecipe
from model.training.fitting.loop import TrainingLoop
from model.training.recipe import Recipe

RECIPE = FinetuneRecipe(
    epochs=6,
    batch_size=32,
    embedding_learning_rate=1e-2,
    encoder_learning_rate=2e-3,
    embedding_penalty=0.0,
    liked_share=0.9,
    full=True,
)


def kill_after(epoch: int) -> None:
    """End the process as the kernel would, once this epoch is saved."""
    save = TrainingLoop._save

    def kill(loop: TrainingLoop[FinetuneBatch], *, is_best: bool) -> None:
        save(loop, is_best=is_best)
        if len(loop.state.history) == epoch:
            os.kill(os.getpid(), signal.SIGKILL)

    TrainingLoop._save = kill  # type: ignore[assignment, method-assign]


def main() -> None:
    """Fit."""
    source, recipe, dataset, out = map(Path, sys.argv[1:5])
    if sys.argv[5:]:
        kill_after(int(sys.argv[5]))
    torch.set_num_threads(1)
    quiet = Progress(disable=True)
    run = FinetuneRun(out, RECIPE, Recipe.read(recipe))
    fit_candidate(load(source), dataset, run, quiet)
    sys.stdout.write(f"one of {PartialState().num_processes}\n")


if __name__ == "__main__":
    main()

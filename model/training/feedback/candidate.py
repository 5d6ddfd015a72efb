"""From an export of feedback to a candidate artifact."""

from pathlib import Path

import torch
from rich.progress import Progress

from model import artifact
from model.artifact import Artifact
from model.manifest import FeedbackRecord
from model.training.feedback.emoji_head import write_candidate
from model.training.feedback.feedback_targets import read_feedback_targets
from model.training.feedback.finetune import FeedbackFinetune, FinetuneRecipe
from model.training.feedback.replay import replay_texts
from model.training.fitting.processes import is_main_process, wait_for_all
from model.training.recipe import Recipe


def fit_candidate(
    source: Artifact,
    dataset: Path,
    folder: Path,
    adapt: FinetuneRecipe,
    recipe: Recipe | None,
    progress: Progress,
) -> Artifact:
    """Fit on the feedback in ``dataset`` and write ``folder/artifact``.

    The checkpoint lies in ``folder/fit``; a fit that was interrupted goes on from it. Under
    ``accelerate launch`` each process calls this, and one of them writes.

    Raises:
        FeedbackError: a row is malformed, or there is nothing to learn from.
        RestoreError: the encoder is to learn too, and is no BERT.
    """
    lessons, checked = (read_feedback_targets(dataset, split) for split in ("train", "validation"))
    step = progress.add_task("read the base data", total=None)
    rehearsal = replay_texts(recipe)
    progress.update(step, total=1, completed=1)
    fit = FeedbackFinetune(source, adapt, folder / "fit")
    heads = fit.run(lessons, checked, rehearsal, progress)
    record = FeedbackRecord(
        parent=source.version,
        texts=len(lessons),
        replayed_texts=len(rehearsal),
        full=adapt.full,
    )
    made = folder / "artifact"
    if is_main_process():
        write_candidate(heads, source, made, record, rehearsal)
    wait_for_all()
    return artifact.load(made)


def use_threads(threads: int) -> None:
    """Let torch use so many CPU threads."""
    torch.set_num_threads(threads)

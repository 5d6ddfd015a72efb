"""Candidate artifact whose reaction head was fitted on feedback, and nothing else."""

import shutil
from pathlib import Path

from model import artifact
from model.artifact import LAYOUT, Artifact, write_manifest
from model.manifest import FeedbackRecord
from model.reaction_head import ReactionHead, save_reaction_head
from model.training.feedback.draft import empty_draft
from model.training.feedback.feedback_targets import read_feedback_targets
from model.training.feedback.reaction_fit import fit_reaction_head
from model.training.fitting.processes import is_main_process, wait_for_all


def fit_reaction_candidate(source: Artifact, dataset: Path, folder: Path) -> Artifact:
    """Fit a reaction head on the feedback in ``dataset`` and write the artifact into ``folder``.

    It takes seconds, so an interrupted fit begins anew, and the main process fits alone.

    Raises:
        FeedbackError: a row is malformed, or no text has feedback to learn from.
    """
    if is_main_process():
        # There is nothing to stop early: the priors hold the fit.
        targets = [
            *read_feedback_targets(dataset, "train"),
            *read_feedback_targets(dataset, "validation"),
        ]
        head = fit_reaction_head(source, targets)
        record = FeedbackRecord(parent=source.version, texts=len(targets), reactions=True)
        write_reaction_candidate(head, source, folder, record)
    wait_for_all()
    return artifact.load(folder)


def write_reaction_candidate(
    head: ReactionHead, source: Artifact, folder: Path, feedback: FeedbackRecord
) -> Artifact:
    """Write a copy of ``source`` with another reaction head and the record of its feedback."""
    partial = empty_draft(folder)
    for file in source.manifest.sha256:
        shutil.copyfile(source.folder / file, partial / file)
    save_reaction_head(head, partial / LAYOUT.reaction)
    # Measured on the source; calibration and parity are about the emoji table, which is the same.
    description = source.manifest.updated(
        figures=(), gravity=(), bias_probes=None, feedback=feedback
    )
    write_manifest(partial, source.manifest.name, source.table.emojis, description)
    partial.rename(folder)
    return artifact.load(folder)

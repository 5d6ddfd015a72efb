"""Candidate artifact from an export of feedback."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from rich.progress import Progress

from model import artifact
from model.artifact import LAYOUT, Artifact, save_table, write_manifest
from model.manifest import FeedbackRecord
from model.training.export.onnx import MAX_CALIBRATION_TEXTS, export_encoder, pick_evenly
from model.training.feedback.draft import empty_draft
from model.training.feedback.emoji_head import EmojiHead
from model.training.feedback.feedback_targets import read_feedback_targets
from model.training.feedback.finetune import FeedbackFinetune
from model.training.feedback.finetune_recipe import FinetuneRecipe
from model.training.feedback.reaction_candidate import fit_reaction_candidate
from model.training.feedback.replay import replay_texts
from model.training.fitting.processes import is_main_process, wait_for_all
from model.training.network.tokenizer import load_tokenizer
from model.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class FinetuneRun:
    """Folder and hyper-parameters of a fine-tuning run."""

    folder: Path
    finetune: FinetuneRecipe
    replay: Recipe | None
    """Recipe whose sources are replayed; None for the names of emojis alone."""

    @property
    def fit(self) -> Path:
        """Folder of the checkpoint."""
        return self.folder / "fit"

    @property
    def artifact(self) -> Path:
        """Folder of the candidate."""
        return self.folder / "artifact"


def fit_candidate(
    source: Artifact, dataset: Path, run: FinetuneRun, progress: Progress
) -> Artifact:
    """Fine-tune ``source`` on the feedback in ``dataset`` and write ``run.artifact``.

    An interrupted run resumes. Under ``accelerate launch`` each process calls this, and the main
    one writes.

    Raises:
        FeedbackError: a row is malformed, or no text has feedback to learn from.
        RestoreError: the encoder is to be fitted as well, and is no BERT.
    """
    if run.finetune.reactions:
        return fit_reaction_candidate(source, dataset, run.artifact)
    train, validation = (read_feedback_targets(dataset, split) for split in ("train", "validation"))
    task = progress.add_task("read the replay texts", total=None)
    replay = replay_texts(run.replay)
    progress.update(task, total=1, completed=1)
    finetune = FeedbackFinetune(source, run.finetune, run.fit)
    head = finetune.run(train, validation, replay, progress)
    record = FeedbackRecord(
        parent=source.version,
        texts=len(train),
        replayed_texts=len(replay),
        full=run.finetune.full,
    )
    if is_main_process():
        write_candidate(head, source, run.artifact, record, replay)
    wait_for_all()
    return artifact.load(run.artifact)


def write_candidate(
    head: EmojiHead,
    source: Artifact,
    folder: Path,
    feedback: FeedbackRecord,
    texts: Sequence[str] = (),
) -> Artifact:
    """Write the artifact of a fitted head; ``feedback`` goes into its manifest.

    With a frozen encoder the graph is that of ``source``, byte for byte: the projection is folded
    into the embeddings and the name map. A fitted encoder is quantised, with ``texts``, cleaned,
    for its activations.
    """
    partial = empty_draft(folder)
    shutil.copyfile(source.tokenizer, partial / LAYOUT.tokenizer)
    if head.text_encoder is None:
        shutil.copyfile(source.encoder, partial / LAYOUT.encoder)
    else:
        tokenizer = load_tokenizer(str(source.folder), source.manifest.max_tokens)
        tokenizer.no_padding()
        encodings = tokenizer.encode_batch(pick_evenly(texts, MAX_CALIBRATION_TEXTS))
        export_encoder(head.text_encoder, partial / LAYOUT.encoder, encodings=encodings)
    _copy_heads(source, partial, _lasting_heads(head, source))
    projection = head.projection.detach().numpy()
    table = replace(
        source.table,
        embeddings=head.embeddings.detach().numpy() @ projection.T,
        bias=head.bias.detach().numpy(),
        name_map=source.table.name_map @ projection.T,
    )
    save_table(table, partial)
    # Figures, probes and parity were measured on the source.
    description = source.manifest.updated(
        figures=(), gravity=(), bias_probes=None, parity=None, feedback=feedback
    )
    write_manifest(partial, source.manifest.name, table.emojis, description)
    partial.rename(folder)
    return artifact.load(folder)


def _lasting_heads(head: EmojiHead, source: Artifact) -> Sequence[str]:
    """Return the files of the heads whose inputs a fit leaves as they are.

    A head that reads text vectors does not outlive a fit of the encoder.
    """
    if head.text_encoder is None:
        return LAYOUT.optional_files
    return (LAYOUT.gravity, LAYOUT.gravity_network) if source.manifest.gravity_width else ()


def _copy_heads(source: Artifact, folder: Path, files: Sequence[str]) -> None:
    for name in files:
        if name in source.manifest.sha256:
            shutil.copyfile(source.folder / name, folder / name)


def use_threads(threads: int) -> None:
    """Limit the CPU threads of torch."""
    torch.set_num_threads(threads)

"""Training of an artifact from a recipe: load, fit, export, calibrate."""

import copy
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import torch
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import Tensor

from model import artifact
from model.artifact import Artifact
from model.examples import Example
from model.manifest import Description
from model.training.data.fit_data import FitData, load_fit_data, make_label_mask
from model.training.data.sources import load_examples, read_held_out_keys
from model.training.export.calibration import CalibrationTexts, calibrate
from model.training.export.onnx import ExportTarget, export
from model.training.export.parity import check_parity
from model.training.fitting.cross_fitting import CrossFitting
from model.training.fitting.distillation import ask_teachers
from model.training.fitting.fit import Fit, FitOptions, new_network
from model.training.fitting.loss_curves import draw_curves
from model.training.fitting.saved_weights import SavedWeights, write_head
from model.training.fitting.warm_start import average_weights, mix_with_start, warm_start
from model.training.network.emoji_network import EmojiNetwork
from model.training.network.ensemble import ensemble
from model.training.network.text_encoder import TextEncoder, encode_texts, keep_layers
from model.training.network.tokenizer import load_tokenizer
from model.training.network.vocabulary import cut_embeddings, cut_tokenizer, select_token_ids
from model.training.recipe import FitRecipe, Recipe, RecipeError

_MAX_PARITY_TEXTS = 1000
"""Texts on which the artifact is compared with the network."""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """Folders of a training run."""

    folder: Path
    threads: int = 2
    """CPU threads that torch may use."""
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    """Device of the fits."""
    max_minutes: float | None = None
    """Time after which the encoder's fit ends; None for the recipe's epochs alone."""

    @property
    def base(self) -> Path:
        """The trained encoder with tokenizer and emoji head, for another run (``--base``)."""
        return self.folder / "base"

    @property
    def ngrams(self) -> Path:
        """The fits of the n-gram bags."""
        return self.folder / "ngrams"

    @property
    def artifact(self) -> Path:
        """The exported artifact."""
        return self.folder / "artifact"


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """Files ``best.pt`` of earlier runs with the same base."""

    start: Path | None = None
    """Weights to start from; None for the emoji head beside the base, if it has one."""
    averaged: tuple[tuple[Path, float], ...] = ()
    """Weights to average with after the fit, each with its share of the mean."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Origin of an artifact, for its manifest."""

    base: str
    """Base checkpoint."""
    sources: dict[str, int]
    """Source -> number of examples."""
    steps: int
    validation_loss: float

    @classmethod
    def from_fit(cls, base: str, examples: list[Example], fit: Fit[Any]) -> Self:
        """Count the examples per source and note the course of the fit."""
        sources = dict(Counter(example.source for example in examples))
        return cls(base, sources, fit.state.step, round(fit.state.best_loss, 4))


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A fitted network and what its export needs."""

    network: EmojiNetwork[TextEncoder]
    data: FitData
    provenance: Provenance
    validation: list[Example] = field(repr=False)
    """Texts for calibration and parity."""


def train(
    recipe: Recipe,
    base: str,
    run: TrainingRun,
    progress: Progress,
    earlier: EarlierRuns | None = None,
) -> Artifact:
    """Train from a base checkpoint, or resume an interrupted run, and export.

    Raises:
        RecipeError: a source is missing, or has no examples where its prior is needed; or a
            teacher has no emoji head, or answers no text.
        OSError: the base checkpoint cannot be loaded; the text names it.
        CheckpointError: weights of an earlier run belong to an encoder of another shape, or a
            checkpoint in the folder is damaged or belongs to other data.
        FitError: no validation loss was finite.
    """
    earlier = earlier or EarlierRuns()
    torch.set_num_threads(run.threads)
    task = progress.add_task("read the sources", total=None)
    validation = load_examples(recipe, recipe.validation)
    examples = load_examples(recipe, recipe.sources, read_held_out_keys(recipe))
    progress.update(task, total=1, completed=1, description=f"{len(examples):,} examples")
    tokenizer, kept_ids = _select_vocabulary(recipe.fit, base, examples)
    run.base.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(run.base / artifact.LAYOUT.tokenizer))
    data = load_fit_data(recipe.fit, tokenizer, examples, validation)
    closed_sources = {source.name for source in recipe.sources if source.kind == "label"}
    _require_examples(recipe, data)
    mask = make_label_mask(data, closed_sources)
    network = _start_network(recipe.fit, base, data, mask, earlier.start)
    if kept_ids is not None:
        cut_embeddings(network.text_encoder, kept_ids)
    if recipe.fit.freeze_embeddings:
        network.text_encoder.token_embedding.weight.requires_grad_(False)
    start = copy.deepcopy(network.state_dict()) if recipe.fit.start_share else {}
    network.to(run.device)
    offset = None
    if recipe.ngrams is not None:
        cross_fitting = CrossFitting(recipe.fit, recipe.ngrams, run.ngrams, run.device)
        offset = cross_fitting.run(data, mask, progress)
    teacher = ask_teachers(recipe, examples, data, network, progress)
    options = FitOptions(run.device, run.max_minutes, offset, teacher)
    fit = Fit(recipe.fit, network, data, run.folder, options)
    network = fit.run(progress).cpu()
    mix_with_start(network, start, recipe.fit.start_share)
    average_weights(network, data, earlier.averaged)
    write_head(network, data.emojis, data.sources, run.base)
    draw_curves(fit.state.history, run.folder / "curves.png")
    if offset is not None:
        network = ensemble(network, offset.full_network.cpu(), offset.logit_weight)
    provenance = Provenance.from_fit(base, examples, fit)
    return export_trained(recipe, TrainedNetwork(network, data, provenance, validation), run)


def _start_network(
    recipe: FitRecipe, base: str, data: FitData, label_mask: Tensor, start: Path | None
) -> EmojiNetwork[TextEncoder]:
    """Return a network on a base with the weights of an earlier fit, or the base's head, if any."""
    network = new_network(base, data, label_mask, recipe.dropout)
    weights = SavedWeights.read(start) if start else SavedWeights.read_head(base)
    if weights is not None:
        warm_start(network, data, base, weights)
    if recipe.layers is not None:
        keep_layers(network.text_encoder, recipe.layers)
    network.text_encoder.token_dropout = recipe.token_dropout
    return network


def _select_vocabulary(
    recipe: FitRecipe, base: str, examples: list[Example]
) -> tuple[Tokenizer, list[int] | None]:
    """Return the tokenizer of the fit, and the base's token ids that it keeps; None for all."""
    tokenizer = load_tokenizer(base, recipe.max_tokens)
    if recipe.vocabulary_size is None or recipe.vocabulary_size >= tokenizer.get_vocab_size():
        return tokenizer, None
    kept = select_token_ids(tokenizer, [x.text for x in examples], recipe.vocabulary_size)
    return cut_tokenizer(tokenizer, kept), kept


def _require_examples(recipe: Recipe, data: FitData) -> None:
    """Refuse a prior that no example teaches, before the fit and not after it."""
    missing = sorted(recipe.prior_weights.keys() - set(data.sources))
    if missing:
        raise RecipeError(f"prior_weights: source {missing[0]} has no examples")


@torch.no_grad()
def apply_source_prior(network: EmojiNetwork[Any], source: int, weight: float) -> None:
    """Add ``weight`` times the bias of one source to the bias that all sources share."""
    network.bias.add_(network.source_bias[source], alpha=weight)


def export_trained(recipe: Recipe, trained: TrainedNetwork, run: TrainingRun) -> Artifact:
    """Export and calibrate a trained network, and measure its parity with the artifact."""
    network, data, provenance = trained.network, trained.data, trained.provenance
    network.text_encoder.encoder.save_pretrained(run.base)  # type: ignore[operator] # transformers' own
    tokenizer = load_tokenizer(str(run.base), recipe.fit.max_tokens)
    for name, weight in recipe.prior_weights.items():
        apply_source_prior(network, data.sources.index(name), weight)
    labelled = [x for x in trained.validation if not x.are_alternatives]
    texts, truth = [x.text for x in labelled], [x.emojis for x in labelled]
    parity_texts, other_texts = texts[:_MAX_PARITY_TEXTS], texts[_MAX_PARITY_TEXTS:]
    expected = encode_texts(network.text_encoder.eval(), tokenizer, parity_texts).numpy()
    description = Description(
        max_tokens=recipe.fit.max_tokens,
        temperature=1.0,
        threshold=0.0,
        uniform_prior_weight=recipe.uniform_prior_weight,
        base=provenance.base,
        sources=provenance.sources,
        steps=provenance.steps,
        validation_loss=provenance.validation_loss,
    )
    target = ExportTarget(run.artifact, recipe.name, description)
    export(network, tokenizer, data.emojis, target, other_texts)
    calibrate(run.artifact, CalibrationTexts.of(labelled, recipe), recipe.precision)
    check_parity(run.artifact, expected, parity_texts, truth[:_MAX_PARITY_TEXTS])
    return artifact.load(run.artifact)

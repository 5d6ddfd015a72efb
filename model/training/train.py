"""From a recipe to a calibrated artifact: load, fit, export, calibrate."""

import logging
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from rich.progress import Progress
from tokenizers import Tokenizer

from model import artifact
from model.artifact import Artifact
from model.examples import Example
from model.manifest import Description
from model.training.data.sources import load_examples, read_held_out_keys
from model.training.export.calibration import calibrate
from model.training.export.onnx import ExportTarget, export
from model.training.export.parity import check_parity
from model.training.fitting.cross_fitting import cross_fit_ngrams
from model.training.fitting.fit import Fit, FitData, load_fit_data, make_label_mask, new_network
from model.training.fitting.loss_curves import draw_curves
from model.training.fitting.warm_start import average_weights, warm_start
from model.training.network.ensemble import ensemble
from model.training.network.text_encoder import (
    EmojiNetwork,
    TextEncoder,
    encode_texts,
    load_tokenizer,
)
from model.training.network.vocabulary import cut_embeddings, cut_tokenizer, select_token_ids
from model.training.recipe import FitRecipe, Recipe

log = logging.getLogger(__name__)

_COMPARED = 1000
"""Texts on which the artifact is held against the network."""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """Where a training run keeps its checkpoint, its curves and its artifact."""

    folder: Path
    threads: int = 2
    """CPU threads that torch may use."""

    @property
    def base(self) -> Path:
        """The trained encoder with its tokenizer as a checkpoint for a further run (``--base``)."""
        return self.folder / "base"

    @property
    def ngrams(self) -> Path:
        """The fits of the bags of n-grams."""
        return self.folder / "ngrams"

    @property
    def artifact(self) -> Path:
        """The exported artifact."""
        return self.folder / "artifact"


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """Earlier runs with the same base, of which a run takes the weights: files ``best.pt``."""

    start: Path | None = None
    """To begin from."""
    averaged: tuple[tuple[Path, float], ...] = ()
    """To take the mean with in the end, each with its share of it."""


def train(
    recipe: Recipe,
    base: str,
    run: TrainingRun,
    progress: Progress,
    before: EarlierRuns | None = None,
) -> Artifact:
    """Train from a base checkpoint, or go on where this run was stopped, and export.

    Raises:
        RecipeError: a source is missing.
        OSError: the base checkpoint cannot be loaded; the text names it.
        RuntimeError: weights of an earlier run belong to an encoder of another shape.
    """
    before = before or EarlierRuns()
    torch.set_num_threads(run.threads)
    step = progress.add_task("read the sources", total=None)
    validation = load_examples(recipe, recipe.validation)
    examples = load_examples(recipe, recipe.sources, read_held_out_keys(recipe))
    progress.update(step, total=1, completed=1, description=f"{len(examples):,} examples")
    tokenizer, kept = _vocabulary(recipe.fit, base, examples)
    run.base.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(run.base / artifact.LAYOUT.tokenizer))
    data = load_fit_data(recipe.fit, tokenizer, examples, validation)
    labelled = {source.name for source in recipe.sources if source.kind == "label"}
    allowed = make_label_mask(data, labelled)
    network = new_network(base, data, allowed)
    if before.start is not None:
        warm_start(network, data, base, before.start)
    if kept is not None:
        cut_embeddings(network.text_encoder, kept)
    network.text_encoder.token_dropout = recipe.fit.token_dropout
    beside = None
    if recipe.ngrams is not None:
        beside = cross_fit_ngrams(recipe.fit, recipe.ngrams, data, allowed, run.ngrams, progress)
    fit = Fit(recipe.fit, network, data, run.folder, beside)
    trained = fit.run(progress)
    average_weights(trained, data, before.averaged)
    draw_curves(fit.state.history, run.folder / "curves.png")
    if beside is not None:
        trained = ensemble(trained, beside.full_network, beside.logit_weight)
    return finish(recipe, trained, data, Provenance.from_fit(base, examples, fit), run, validation)


def _vocabulary(
    recipe: FitRecipe, base: str, examples: list[Example]
) -> tuple[Tokenizer, list[int] | None]:
    """The tokenizer of the fit, and the ids of the base's tokens that it keeps; None for all."""
    tokenizer = load_tokenizer(base, recipe.max_tokens)
    if recipe.vocabulary_size is None or recipe.vocabulary_size >= tokenizer.get_vocab_size():
        return tokenizer, None
    kept = select_token_ids(tokenizer, [x.text for x in examples], recipe.vocabulary_size)
    return cut_tokenizer(tokenizer, kept), kept


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
        return cls(base, sources, fit.state.step, round(fit.state.best, 4))


@torch.no_grad()
def apply_source_prior(network: EmojiNetwork[Any], source: int, share: float) -> None:
    """Move the bias that all sources share a ``share`` of the way to this source's own."""
    network.bias.add_(network.source_bias[source], alpha=share)


def finish(
    recipe: Recipe,
    network: EmojiNetwork[TextEncoder],
    data: FitData,
    origin: Provenance,
    run: TrainingRun,
    validation: list[Example],
) -> Artifact:
    """Export and calibrate a trained network, and measure what int8 cost."""
    description = Description(
        max_tokens=recipe.fit.max_tokens,
        temperature=1.0,
        threshold=0.0,
        uniform_prior_weight=recipe.uniform_prior_weight,
        base=origin.base,
        sources=origin.sources,
        steps=origin.steps,
        validation_loss=origin.validation_loss,
    )
    network.text_encoder.encoder.save_pretrained(run.base)  # type: ignore[operator] # transformers' own
    tokenizer = load_tokenizer(str(run.base), recipe.fit.max_tokens)
    if recipe.prior_source is not None:
        apply_source_prior(network, data.sources.index(recipe.prior_source), recipe.prior_weight)
    used = [x for x in validation if not x.any_fits]
    texts, truth = [x.text for x in used], [x.emojis for x in used]
    expected = encode_texts(network.text_encoder.eval(), tokenizer, texts[:_COMPARED]).numpy()
    target = ExportTarget(run.artifact, recipe.name, description)
    export(network, tokenizer, data.emojis, target, texts[_COMPARED:])
    calibrate(run.artifact, texts, truth, recipe.precision)
    check_parity(run.artifact, expected, texts[:_COMPARED], truth[:_COMPARED])
    return artifact.load(run.artifact)

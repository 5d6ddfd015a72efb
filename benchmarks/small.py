"""Small fits that benchmarks compare: emoji tweets alone, one pass."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress

from model.artifact import Artifact
from model.examples import Example
from model.training.data.fit_data import load_fit_data, make_label_mask
from model.training.data.sources import load_examples, read_held_out_keys
from model.training.fitting.fit import Fit, new_network
from model.training.network.tokenizer import load_tokenizer
from model.training.recipe import Recipe
from model.training.train import Provenance, TrainedNetwork, TrainingRun, export_trained

RECIPE = Path("recipes/english.toml")


@dataclass(frozen=True, slots=True)
class FitTexts:
    """Emoji tweets of the English recipe, for small fits."""

    recipe: Recipe
    train: list[Example]
    validation: list[Example]


def read_texts(count: int, max_tokens: int = 32) -> FitTexts:
    """Return ``count`` emoji tweets, and the recipe for one pass over them."""
    recipe = Recipe.read(RECIPE)
    fit = recipe.fit.model_copy(
        update={"epochs": 1.0, "max_tokens": max_tokens, "vocabulary_size": None}
    )
    small = recipe.model_copy(update={"fit": fit, "ngrams": None, "prior_weights": {}})
    [source] = [s for s in small.sources if s.name == "emoji_tweets"]
    train = load_examples(
        small, [source.model_copy(update={"skip": 0, "limit": count})], read_held_out_keys(small)
    )
    [held] = [s for s in small.validation if s.name == "emoji_tweets"]
    return FitTexts(small, train, load_examples(small, [held.model_copy(update={"limit": 3000})]))


def fit_small(
    texts: FitTexts, base: str, folder: Path, without: Collection[str] = (), threads: int = 1
) -> Artifact:
    """Fit one pass from a base, without examples that have an emoji of ``without``."""
    torch.set_num_threads(threads)
    hidden = frozenset(without)
    seen = [x for x in texts.train if hidden.isdisjoint(x.emojis)]
    validation = [x for x in texts.validation if hidden.isdisjoint(x.emojis)]
    run = TrainingRun(folder, threads)
    recipe = texts.recipe
    data = load_fit_data(recipe.fit, load_tokenizer(base, recipe.fit.max_tokens), seen, validation)
    network = new_network(base, data, make_label_mask(data, set()))
    fit = Fit(recipe.fit, network, data, folder)
    with Progress(console=Console(stderr=True)) as progress:
        trained = fit.run(progress)
    tokenizer = load_tokenizer(base, recipe.fit.max_tokens)
    run.base.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(run.base / "tokenizer.json"))
    origin = Provenance.from_fit(base, seen, fit)
    # Calibration sees the frequency of the held-out emojis, which is one number for each.
    return export_trained(recipe, TrainedNetwork(trained, data, origin, texts.validation), run)

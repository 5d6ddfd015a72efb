"""The supervised fit: seeds, early stopping and bfloat16."""

from pathlib import Path

import pytest
import torch
from rich.progress import Progress

from model.examples import Example
from model.training.data.fit_data import FitData, load_fit_data, make_label_mask
from model.training.data.sources import load_examples
from model.training.fitting.fit import Fit, new_network
from model.training.network.text_encoder import TextEncoder
from model.training.network.tokenizer import load_tokenizer
from model.training.recipe import FitRecipe, Recipe


@pytest.fixture(scope="module")
def recipe(recipe_file: Path) -> Recipe:
    return Recipe.read(recipe_file)


@pytest.fixture(scope="module")
def data(recipe: Recipe, tiny_base: Path) -> FitData:
    return load_fit_data(
        recipe.fit,
        load_tokenizer(str(tiny_base), 16),
        load_examples(recipe, recipe.sources),
        load_examples(recipe, recipe.validation),
    )


def begun(recipe: FitRecipe, data: FitData, base: Path, folder: Path) -> Fit[TextEncoder]:
    torch.manual_seed(1)
    return Fit(recipe, new_network(str(base), data, make_label_mask(data, set())), data, folder)


def test_a_seed_reproduces_a_fit(
    recipe: Recipe, data: FitData, tiny_base: Path, tmp_path: Path
) -> None:
    def course(seed: int, folder: str) -> list[dict[str, float]]:
        short = recipe.fit.model_copy(update={"epochs": 2.0, "seed": seed, "evaluate_every": 5})
        fit = begun(short, data, tiny_base, tmp_path / folder)
        fit.run(Progress(disable=True))
        return [{k: v for k, v in point.items() if v == v} for point in fit.state.history]

    assert course(7, "once") == course(7, "again")
    assert course(7, "third") != course(8, "other")


def test_patience_ends_a_fit_that_learns_nothing(
    recipe: Recipe, data: FitData, tiny_base: Path, tmp_path: Path
) -> None:
    stuck = {"learning_rate": 1e-12, "embedding_learning_rate": 1e-12, "patience": 2}
    fit = begun(
        recipe.fit.model_copy(update={**stuck, "evaluate_every": 2, "weight_decay": 0.0}),
        data,
        tiny_base,
        tmp_path,
    )
    fit.validation_loss = lambda: 1.0  # type: ignore[method-assign] # rounding aside
    fit.run(Progress(disable=True))
    assert fit.state.step == 2 * 3 < fit.total_steps


def test_it_computes_in_bfloat16_and_updates_the_progress_bar(
    recipe: Recipe,
    data: FitData,
    tiny_base: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    fit = begun(recipe.fit.model_copy(update={"epochs": 0.2}), data, tiny_base, tmp_path)
    kinds = set()
    fit.module.text_encoder.projection.register_forward_hook(
        lambda module, given, made: kinds.add(made.dtype)
    )
    with Progress(disable=True) as progress:
        fit.run(progress)
        [task] = progress.tasks
    assert kinds == {torch.bfloat16}
    assert {p.dtype for p in fit.module.parameters()} == {torch.float32}
    assert (task.completed, task.total) == (fit.total_steps, fit.total_steps)
    assert task.description.startswith("loss ")


def test_frozen_token_embeddings_stay_as_they_are(
    recipe: Recipe, data: FitData, tiny_base: Path, tmp_path: Path
) -> None:
    network = new_network(str(tiny_base), data, make_label_mask(data, set()))
    embedding = network.text_encoder.token_embedding.weight.requires_grad_(False)
    before, projection = embedding.clone(), network.text_encoder.projection.weight.clone()
    fit = Fit(recipe.fit.model_copy(update={"epochs": 0.3}), network, data, tmp_path)
    fit.run(Progress(disable=True))
    assert torch.equal(network.text_encoder.token_embedding.weight, before)
    assert not torch.equal(network.text_encoder.projection.weight, projection)
    assert all(p is not embedding for p in fit.clipped_parameters)


def test_a_label_of_validation_alone_is_one_of_its_closed_source(
    recipe: Recipe, tiny_base: Path
) -> None:
    train = [Example("funny joke", ("😂",), "label")] * 9 + [Example("sad", ("😢",), "other")] * 9
    held_out = [Example("sad tears", ("😢",), "label")]
    data = load_fit_data(recipe.fit, load_tokenizer(str(tiny_base), 16), train, held_out)
    mask = make_label_mask(data, {"label"})
    assert mask[data.sources.index("label")].all()

"""Restoration of an artifact to a network with the same predictions."""

from pathlib import Path

import numpy as np
import pytest
from rich.progress import Progress
from transformers import AutoConfig

from model import Predictor
from model.artifact import load
from model.training.export.restore import RestoreError, restore, restore_text_encoder
from model.training.network.text_encoder import TextEncoder, encode_texts
from model.training.network.tokenizer import load_tokenizer
from model.training.recipe import Recipe
from model.training.train import EarlierRuns, TrainingRun, train

TEXTS = ["funny joke a b", "sad tears lost c", "pizza cheese dinner", "furious rage unfair h g"]


def test_the_restored_encoder_gives_the_vectors_of_the_artifact(wide: TrainingRun) -> None:
    artifact = load(wide.artifact)
    served = Predictor(artifact).encode(TEXTS)
    tokenizer = load_tokenizer(str(artifact.folder), 16)
    restored = encode_texts(restore_text_encoder(artifact), tokenizer, TEXTS).numpy()
    likeness = np.sum(served * restored, axis=1) / (
        np.linalg.norm(served, axis=1) * np.linalg.norm(restored, axis=1)
    )
    assert likeness.min() > 0.98


def test_a_fit_starts_from_restored_weights(
    wide: TrainingRun, recipe_file: Path, tmp_path: Path
) -> None:
    restore(load(wide.artifact), tmp_path / "restored")
    recipe = Recipe.read(recipe_file)
    fit = recipe.fit.model_copy(update={"epochs": 0.1, "learning_rate": 1e-6})
    short = recipe.model_copy(update={"fit": fit, "sources": recipe.sources[:1]})
    again = TrainingRun(tmp_path / "again")
    start = tmp_path / "restored" / "best.pt"
    made = train(
        short, str(tmp_path / "restored"), again, Progress(disable=True), EarlierRuns(start)
    )
    known = {"😂", "😢", "🍕"}
    for text, emoji in zip(TEXTS, ("😂", "😢", "🍕"), strict=False):
        (best,) = Predictor(made).predict([text], 1, known)
        assert best[0].emoji == emoji


def test_an_encoder_that_is_no_bert_is_refused(tiny_artifact: Path) -> None:
    with pytest.raises(RestoreError, match="no BERT"):
        restore_text_encoder(load(tiny_artifact))


def test_the_trained_encoder_is_a_checkpoint(wide: TrainingRun) -> None:
    config = AutoConfig.from_pretrained(wide.base)
    TextEncoder.from_base(str(wide.base))
    assert config.vocab_size == load_tokenizer(str(wide.base), 16).get_vocab_size()

"""Distance by which texts move an embedding: little if they are few, further if they agree."""

from pathlib import Path

import numpy as np
import pytest

from model import Predictor
from model.embedding_offset import EmojiChoice, fit_embedding_offset

GENERATOR = np.random.default_rng(1)
ABOUT = np.eye(16, dtype=np.float32)[0] * 3


def texts(count: int, about: float) -> np.ndarray:
    """(many, 16): vectors that have something in common."""
    drawn: np.ndarray = GENERATOR.normal(0, 1, (count, 16)) + about * ABOUT
    return drawn.astype(np.float32)


def offset_length(on: int, elsewhere: int, about: float = 1.0, weight: float = 1.0) -> np.ndarray:
    vectors = np.concatenate([texts(on, about), texts(elsewhere, 0.0)])
    chosen = np.arange(on + elsewhere) < on
    odds = np.full(len(chosen), -6.0, dtype=np.float32)
    return fit_embedding_offset(vectors, chosen, np.full(len(chosen), weight), odds, 0.03)


def test_more_texts_give_a_larger_offset() -> None:
    raises = [float(offset_length(n, 20) @ ABOUT) for n in (0, 2, 10, 50)]
    assert abs(raises[0]) < 0.1
    assert raises == sorted(raises)
    assert raises[3] > 3


def test_consistent_texts_give_a_larger_offset() -> None:
    assert offset_length(20, 20, about=1.0) @ ABOUT > 2 * abs(
        offset_length(20, 20, about=0.0) @ ABOUT
    )


def test_a_small_weight_gives_a_smaller_offset() -> None:
    assert offset_length(10, 10, weight=0.1) @ ABOUT < offset_length(10, 10) @ ABOUT / 2


def test_the_offset_maximizes_the_posterior() -> None:
    vectors, chosen = texts(30, 1.0), np.arange(30) < 20
    odds, weights = np.full(30, -3.0, dtype=np.float32), np.ones(30)
    found = fit_embedding_offset(vectors, chosen, weights, odds, 0.03)
    likely = 1 / (1 + np.exp(-(odds + vectors @ found)))
    slope = (chosen - likely) @ vectors - found / 0.03
    assert np.abs(slope).max() < 0.01


@pytest.fixture
def predictor(tiny_artifact: Path) -> Predictor:
    return Predictor.load(str(tiny_artifact))


def test_only_custom_emojis_have_offsets(predictor: Predictor) -> None:
    choices = [
        EmojiChoice("so funny", ":blob_wave:"),
        EmojiChoice("so sad", "😂"),
        EmojiChoice("...", ":x_y:"),
    ]
    (name, row), *rest = predictor.embedding_offsets(choices).items()
    assert name == ":blob_wave:"
    assert not rest
    assert row.shape == predictor.artifact.table.embeddings[0].shape
    assert predictor.embedding_offsets(choices[1:2]) == {}
    assert predictor.embedding_offsets([]) == {}


def test_an_offset_raises_the_score_on_similar_texts(predictor: Predictor) -> None:
    name, candidates = ":blob_wave:", ["😂", "🔥", ":blob_wave:"]
    moves = predictor.embedding_offsets(
        [EmojiChoice("so funny", name)] * 5 + [EmojiChoice("fire", "🔥")] * 5
    )

    def score(text: str, *given: object) -> float:
        (found,) = predictor.predict([text], 3, candidates, *given)  # type: ignore[arg-type]
        return {p.emoji: p.score for p in found}[name]

    raised = score("so funny", None, [moves])
    assert raised > score("so funny")
    # It is the model's own score: a bias comes on top of it.
    (biased,) = predictor.predict(["so funny"], 3, candidates, [{name: 1.0}], [moves])
    assert {p.emoji: p.model_score for p in biased}[name] == pytest.approx(raised)
    # What is no candidate stays none.
    (few,) = predictor.predict(["so funny"], 3, ["😂", "🔥"], None, [moves])
    assert {p.emoji for p in few} == {"😂", "🔥"}

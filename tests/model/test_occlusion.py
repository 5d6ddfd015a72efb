"""Words that speak for an emoji."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import Predictor
from model.occlusion import MAX_UNITS, occlude


@pytest.fixture(scope="module")
def tiny(tiny_artifact: Path) -> Predictor:
    return Predictor.load(str(tiny_artifact))


def test_the_decisive_word_has_the_largest_weight(tiny: Predictor) -> None:
    units = occlude(tiny, "What a scary, sad night!", "😱")
    weights = {unit.text: unit.weight for unit in units if unit.weight is not None}
    assert max(weights, key=weights.__getitem__) == "scary"
    assert weights["sad"] < 0  # it speaks for another
    assert weights["What"] < weights["scary"]


def test_brackets_are_words() -> None:
    shipped = Predictor.load()
    units = occlude(shipped, "Ну наконец-то выходной)))", "😄")
    weights = {unit.text: unit.weight for unit in units if unit.weight is not None}
    assert max(weights, key=weights.__getitem__) == ")))"


@given(text=st.text(max_size=400))
def test_the_units_add_up_to_the_text(tiny: Predictor, text: str) -> None:
    units = occlude(tiny, text, "😂")
    assert "".join(unit.text for unit in units) == text
    assert sum(unit.weight is not None for unit in units) <= MAX_UNITS


def test_scores_are_those_of_the_predictor(tiny: Predictor) -> None:
    texts = ["so funny", "sad", "pizza party"]
    for candidates in (None, {"😂", "😢", ":party_parrot:"}):
        predicted = tiny.predict(texts, 100, candidates)
        scores = [{p.emoji: p.score for p in five}["😢"] for five in predicted]
        assert tiny.probabilities(texts, "😢", candidates) == pytest.approx(scores)


def test_empty_texts_and_unknown_candidates(tiny: Predictor) -> None:
    everything = sum(tiny.probabilities([""], emoji)[0] for emoji in tiny.emojis)
    assert everything == pytest.approx(1, abs=1e-5)
    assert np.array_equal(tiny.probabilities(["sad"], "😢", {"🔥"}), [0])

"""Calibration: the shift of rare emojis, and the confidence threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.evaluation.metrics import calibration_error
from model.training.export.calibration import find_shift, language_weights
from model.training.export.temperature import (
    CandidateScores,
    find_temperature,
    find_threshold,
    first_scores,
)


@pytest.mark.parametrize("share", [0.001, 0.2, 0.9])
@pytest.mark.parametrize("scale", [0.0, 1.0, 80.0])
def test_the_shifted_columns_have_their_share(share: float, scale: float) -> None:
    logits = scale * np.random.default_rng(1).normal(size=(50, 9)).astype(np.float32)
    columns = np.arange(9) >= 6
    shifted = logits.astype(np.float64)
    shifted[:, columns] += find_shift(logits, columns, share)
    odds = np.exp(shifted - shifted.max(axis=1, keepdims=True))
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    assert probabilities[:, columns].sum(axis=1).mean() == pytest.approx(share, abs=1e-6)


def test_the_threshold_is_the_lowest_with_that_precision() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    is_right = np.array([True, False, True, False, False])
    even = np.full(5, 0.2)
    assert find_threshold(scores, is_right, even, 0.6) == pytest.approx(0.7)
    assert find_threshold(scores, is_right, even, 0.5) == pytest.approx(0.6)
    assert find_threshold(scores, ~is_right, even, 0.9) == 1.0
    assert find_threshold(scores, is_right, np.array([1, 3, 1, 1, 1]) / 7, 0.6) == 0.9


def test_the_text_that_sets_the_threshold_passes_it() -> None:
    even = np.ones(1)
    assert find_threshold(np.array([0.123456]), np.array([True]), even, 1.0) <= 0.123456


@given(st.lists(st.sampled_from(["en", "de", "tr", None]), min_size=1, max_size=900))
def test_each_language_weighs_the_same(languages: list[str | None]) -> None:
    weights = language_weights(languages)
    assert weights.sum() == pytest.approx(1)
    sums: dict[str | None, float] = {}
    for language, weight in zip(languages, weights, strict=True):
        group = language if languages.count(language) >= 100 else None
        sums[group] = sums.get(group, 0) + weight
    assert list(sums.values()) == pytest.approx([1 / len(sums)] * len(sums))


@pytest.mark.parametrize(("temperature", "slope"), [(0.9, 0.1), (1.3, 0.0), (1.0, 0.3)])
def test_the_line_of_temperatures_is_found_again(temperature: float, slope: float) -> None:
    """Authors draw their emoji from the scores at the temperatures that are to be found."""
    rng = np.random.default_rng(3)
    sets = []
    for share in (1.0, 0.3, 0.05):
        emojis = [str(i) for i in range(int(400 * share))]
        products = rng.normal(scale=3, size=(3000, len(emojis))).astype(np.float32)
        bias = rng.normal(size=len(emojis)).astype(np.float32)
        logits = (products + bias) / (temperature - slope * np.log(share))
        drawn = (logits + rng.gumbel(size=logits.shape)).argmax(1)
        truth = [{emojis[i]} for i in drawn]
        even = np.full(len(truth), 1 / len(truth))
        sets.append(CandidateScores(share, emojis, products, bias, truth, even))
    found = find_temperature(sets, 0.0)
    assert found == pytest.approx((temperature, slope), abs=0.08)
    for among in sets:
        scores, is_right = first_scores(among, found[0] - found[1] * np.log(among.share), 0.0)
        assert calibration_error(scores, is_right) < 0.04

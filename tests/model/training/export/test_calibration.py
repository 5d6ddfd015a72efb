"""Calibration: the shift of rare emojis, and the confidence threshold."""

import numpy as np
import pytest

from model.training.export.calibration import find_shift, find_threshold


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
    is_correct = np.array([True, False, True, False, False])
    assert find_threshold(scores, is_correct, 0.6) == pytest.approx(0.7)
    assert find_threshold(scores, is_correct, 0.5) == pytest.approx(0.6)
    assert find_threshold(scores, ~is_correct, 0.9) == 1.0


def test_the_text_that_sets_the_threshold_passes_it() -> None:
    assert find_threshold(np.array([0.123456]), np.array([True]), 1.0) <= 0.123456

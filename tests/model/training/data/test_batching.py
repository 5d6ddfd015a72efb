"""Batches: every text once, and little padding."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.training.data.batching import BatchesOfTexts, BatchesOfTokens, Batching

RNG = np.random.default_rng(0)
LENGTHS: NDArray[np.int64] = np.minimum(64, 3 + RNG.geometric(0.06, 5000)).astype(np.int64)
KINDS: list[Batching] = [BatchesOfTexts(32), BatchesOfTokens(1024)]


@pytest.mark.parametrize("batching", KINDS, ids=lambda kind: type(kind).__name__)
def test_an_epoch_has_every_text_once(batching: Batching) -> None:
    batches = list(batching.batches(LENGTHS, np.random.default_rng(1)))
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(LENGTHS)))
    assert len(batches) == batching.count(LENGTHS)
    again = list(batching.batches(LENGTHS, np.random.default_rng(1)))
    assert all(np.array_equal(a, b) for a, b in zip(batches, again, strict=True))
    other = list(batching.batches(LENGTHS, np.random.default_rng(2)))
    assert len(other) == len(batches)
    assert {tuple(sorted(batch)) for batch in other} != {tuple(sorted(b)) for b in batches}


def padded_sizes(batches: list[NDArray[np.int64]]) -> list[int]:
    return [len(batch) * int(LENGTHS[batch].max()) for batch in batches]


def test_a_batch_is_as_large_as_its_tokens_allow_and_hardly_padded() -> None:
    batches = list(BatchesOfTokens(1024).batches(LENGTHS, np.random.default_rng(1)))
    sizes = padded_sizes(batches)
    assert max(sizes) <= 1024
    assert sum(sizes) / sum(LENGTHS) < 1.02
    assert np.mean(sizes) > 900


def test_batches_are_shuffled_but_for_those_of_a_teacher() -> None:
    shuffled = BatchesOfTokens(1024).batches(LENGTHS, np.random.default_rng(1))
    lengths = [int(LENGTHS[batch].max()) for batch in shuffled]
    assert lengths != sorted(lengths)
    in_order = list(BatchesOfTokens(1024).sorted_batches(LENGTHS))
    longest = [int(LENGTHS[batch].max()) for batch in in_order]
    assert longest == sorted(longest)
    assert sorted(np.concatenate(in_order).tolist()) == list(range(len(LENGTHS)))


def test_a_text_longer_than_a_batch_is_one_of_its_own() -> None:
    lengths = np.array([5, 50, 5], dtype=np.int64)
    batches = list(BatchesOfTokens(10).batches(lengths, np.random.default_rng(1)))
    assert sorted(sorted(batch.tolist()) for batch in batches) == [[0, 2], [1]]


def test_no_texts_are_no_batches() -> None:
    empty = np.zeros(0, dtype=np.int64)
    for batching in KINDS:
        assert batching.count(empty) == 0
        assert list(batching.batches(empty, np.random.default_rng(1))) == []

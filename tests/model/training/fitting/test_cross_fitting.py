"""Cross-fitting: logits of n-grams for texts that they were not fitted on."""

import numpy as np
import pytest
import torch

from model.training.data.batches import Batch, TokenizedExamples
from model.training.fitting.cross_fitting import CrossFittedNGrams
from model.training.network.emoji_network import EmojiNetwork
from model.training.network.ngram_bag import NGramBag, new_ngram_network

EMOJIS = 4
SHARE = 0.5


def prepared(examples: int) -> TokenizedExamples:
    """Example i has the tokens i + 1, i + 2, ... and the emoji i % 4."""
    lengths = [2 + i % 3 for i in range(examples)]
    return TokenizedExamples(
        tokens=np.concatenate([np.arange(i + 1, i + 1 + n) for i, n in enumerate(lengths)]).astype(
            np.int32
        ),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        emojis=[np.array([i % EMOJIS], dtype=np.int16) for i in range(examples)],
        source=np.zeros(examples, dtype=np.int16),
        weight=np.linspace(1, 2, examples, dtype=np.float32),
        are_alternatives=np.arange(examples) % 2 == 0,
        emoji_count=EMOJIS,
    )


def constant_network(logit: float) -> EmojiNetwork[NGramBag]:
    """Return a network with the same logits for every text."""
    network = new_ngram_network(16, 4, EMOJIS, torch.ones(1, EMOJIS, dtype=torch.bool))
    torch.nn.init.zeros_(network.embeddings)
    torch.nn.init.constant_(network.bias, logit)
    return network


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("examples", [6, 7])
def test_a_half_has_the_examples_that_batches_assign_to_it(examples: int, half: int) -> None:
    everything = prepared(examples)
    batch = everything.batch(np.arange(examples))
    inside = np.flatnonzero(batch.half.numpy() == half)
    part = everything.select_half(half)
    assert len(part) == len(inside)
    for mine, theirs in enumerate(inside):
        here, there = part.batch(np.array([mine])), everything.batch(np.array([theirs]))
        for name in ("input_ids", "targets", "weight", "are_alternatives", "source"):
            assert torch.equal(getattr(here, name), getattr(there, name)), name


def test_the_logits_of_a_text_come_from_the_other_half() -> None:
    cross_fitted = CrossFittedNGrams(
        constant_network(9.0), (constant_network(1.0), constant_network(2.0)), SHARE
    )
    batch: Batch = prepared(5).batch(np.arange(5))
    learning = cross_fitted.train()(batch)
    # Examples 0, 2 and 4 taught the first half's bag, so the second's speaks of them.
    assert learning[:, 0].tolist() == [1.0, 0.5, 1.0, 0.5, 1.0]
    assert cross_fitted.eval()(batch)[:, 0].tolist() == [4.5] * 5


def test_there_is_no_dropout_and_no_gradient() -> None:
    def bag() -> EmojiNetwork[NGramBag]:
        return new_ngram_network(16, 4, EMOJIS, torch.ones(1, EMOJIS, dtype=torch.bool))

    cross_fitted = CrossFittedNGrams(bag(), (bag(), bag()), SHARE).train()
    batch = prepared(64).batch(np.arange(64))
    logits = cross_fitted(batch)
    assert torch.equal(logits, cross_fitted(batch))
    assert not logits.requires_grad

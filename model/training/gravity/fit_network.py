"""Fit of the gravity network on the middle states of a finished encoder, which stays as it is."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from model.gravity_head import CLASSES
from model.training.data.batching import BatchesOfTexts
from model.training.gravity.network import GravityNetwork

EPOCHS = 12
"""6 are too few, by the sentences of the validation split."""
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.02
TOKEN_DROPOUT = 0.15
_BATCH_SIZE = 64

States = Sequence[NDArray[np.float16]]
"""Middle states of texts, (tokens, size) each, in half precision."""


def fit_network(
    states: States,
    words: NDArray[np.float32],
    labels: NDArray[np.intp],
    weights: NDArray[np.float64],
    seed: int = 0,
) -> GravityNetwork:
    """Return a network whose vectors, beside the words, tell the classes of texts apart.

    ``words`` says which classes of the lexicon a text has words of, (texts, word classes): what
    words tell, the network need not. The layer that gives the classes is dropped: the head is
    fitted anew, with the pairs of words.
    """
    torch.manual_seed(seed)
    network = GravityNetwork(states[0].shape[1])
    network.token_dropout = TOKEN_DROPOUT
    classify = nn.Linear(network.gravity_width + words.shape[1], len(CLASSES))
    parameters = [*network.parameters(), *classify.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    batching, rng = BatchesOfTexts(_BATCH_SIZE), np.random.default_rng(seed)
    lengths = np.array([len(text) for text in states])
    steps = EPOCHS * batching.count(lengths)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, steps)
    known, classes = torch.from_numpy(words), torch.from_numpy(labels)
    shares = torch.from_numpy(weights.astype(np.float32))
    network.train()
    for _ in range(EPOCHS):
        for batch in batching.batches(lengths, rng):
            vectors = network(*_padded([states[i] for i in batch]))
            logits = classify(torch.cat([vectors, known[batch]], dim=1))
            losses = cross_entropy(logits, classes[batch], reduction="none")
            loss = (losses * shares[batch]).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return network.eval()


@torch.inference_mode()
def gravity_vectors(network: GravityNetwork, states: States) -> NDArray[np.float32]:
    """Return the gravity vectors of texts, (texts, g)."""
    vectors = np.empty((len(states), network.gravity_width), dtype=np.float32)
    order = sorted(range(len(states)), key=lambda i: len(states[i]))
    for start in range(0, len(order), _BATCH_SIZE):
        batch = order[start : start + _BATCH_SIZE]
        vectors[batch] = network(*_padded([states[i] for i in batch])).numpy()
    return vectors


def _padded(states: States) -> tuple[Tensor, Tensor]:
    """Return the states and the mask of a batch, (texts, tokens, size) and (texts, tokens)."""
    padded = pad_sequence([torch.from_numpy(text) for text in states], batch_first=True).float()
    lengths = torch.tensor([len(text) for text in states])
    return padded, (torch.arange(padded.shape[1]) < lengths[:, None]).long()

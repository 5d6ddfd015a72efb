"""Fit of the gravity network on the middle states of a finished encoder, which stays as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class NetworkExamples:
    """Texts that a network is fitted on."""

    states: States
    words: NDArray[np.float32]
    """1 for each class of the lexicon that a text has words of, (texts, word classes)."""
    targets: NDArray[np.float32]
    """Probabilities of the classes, (texts, classes)."""
    weights: NDArray[np.float32]
    """(texts,)"""


class GravityClassifier(nn.Module):
    """A network with a layer that gives the classes, given its vectors and the words.

    What words tell, the network need not. The layer is dropped after the fit: the head is fitted
    anew, with the pairs of words.
    """

    def __init__(self, size: int, words: int) -> None:
        """Read states of ``size`` numbers and ``words`` classes of words."""
        super().__init__()
        self.network = GravityNetwork(size)
        self.classify = nn.Linear(self.network.gravity_width + words, len(CLASSES))

    def forward(self, states: Tensor, attention_mask: Tensor, words: Tensor) -> Tensor:
        """Return the logits of the classes, (texts, classes)."""
        vectors = self.network(states, attention_mask)
        logits: Tensor = self.classify(torch.cat([vectors, words], dim=1))
        return logits


def fit_network(examples: NetworkExamples, seed: int = 0) -> GravityClassifier:
    """Return a network whose vectors, beside the words, tell the classes of texts apart."""
    torch.manual_seed(seed)
    model = GravityClassifier(examples.states[0].shape[1], examples.words.shape[1])
    model.network.token_dropout = TOKEN_DROPOUT
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    batching, rng = BatchesOfTexts(_BATCH_SIZE), np.random.default_rng(seed)
    lengths = np.array([len(text) for text in examples.states])
    steps = EPOCHS * batching.count(lengths)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, steps)
    words, targets, weights = map(
        torch.from_numpy, (examples.words, examples.targets, examples.weights)
    )
    model.train()
    for _ in range(EPOCHS):
        for batch in batching.batches(lengths, rng):
            logits = model(*_padded([examples.states[i] for i in batch]), words[batch])
            losses = cross_entropy(logits, targets[batch], reduction="none")
            loss = (losses * weights[batch]).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.inference_mode()
def class_probabilities(
    model: GravityClassifier, states: States, words: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the probabilities of the classes, (texts, classes)."""
    probabilities = np.empty((len(states), len(CLASSES)), dtype=np.float32)
    for batch in _by_length(states):
        logits = model(*_padded([states[i] for i in batch]), torch.from_numpy(words[batch]))
        probabilities[batch] = logits.softmax(1).numpy()
    return probabilities


@torch.inference_mode()
def gravity_vectors(network: GravityNetwork, states: States) -> NDArray[np.float32]:
    """Return the gravity vectors of texts, (texts, g)."""
    vectors = np.empty((len(states), network.gravity_width), dtype=np.float32)
    for batch in _by_length(states):
        vectors[batch] = network(*_padded([states[i] for i in batch])).numpy()
    return vectors


def _by_length(states: States) -> Iterator[list[int]]:
    """Yield the indices of texts of about one length."""
    order = sorted(range(len(states)), key=lambda i: len(states[i]))
    yield from (order[i : i + _BATCH_SIZE] for i in range(0, len(order), _BATCH_SIZE))


def _padded(states: States) -> tuple[Tensor, Tensor]:
    """Return the states and the mask of a batch, (texts, tokens, size) and (texts, tokens)."""
    padded = pad_sequence([torch.from_numpy(text) for text in states], batch_first=True).float()
    lengths = torch.tensor([len(text) for text in states])
    return padded, (torch.arange(padded.shape[1]) < lengths[:, None]).long()

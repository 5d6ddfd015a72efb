"""Examples as flat arrays, and batches of similar length."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from model.examples import Example


@dataclass(frozen=True, slots=True)
class Batch:
    """One step's tensors."""

    input_ids: Tensor
    attention_mask: Tensor
    source: Tensor
    """(batch,) index of the source."""
    targets: Tensor
    """(batch, emojis), each row sums to one."""
    any_fits: Tensor
    """(batch,) bool: the row's emojis are alternatives."""
    weight: Tensor
    """(batch,)"""
    half: Tensor
    """(batch,) 0 or 1: the half of the examples that each is in."""


@dataclass(frozen=True, slots=True)
class TokenizedExamples:
    """Tokenised examples; texts are gone."""

    tokens: NDArray[np.int32]
    offsets: NDArray[np.int64]
    emojis: list[NDArray[np.int16]]
    source: NDArray[np.int16]
    weight: NDArray[np.float32]
    any_fits: NDArray[np.bool_]
    emoji_count: int

    def __len__(self) -> int:
        """How many examples."""
        return len(self.source)

    def batch(self, indices: NDArray[np.int64]) -> Batch:
        """Pad to the longest of the batch."""
        lengths = self.offsets[indices + 1] - self.offsets[indices]
        ids = np.zeros((len(indices), lengths.max()), dtype=np.int64)
        mask = np.zeros_like(ids)
        targets = np.zeros((len(indices), self.emoji_count), dtype=np.float32)
        for i, index in enumerate(indices):
            ids[i, : lengths[i]] = self.tokens[self.offsets[index] : self.offsets[index + 1]]
            mask[i, : lengths[i]] = 1
            targets[i, self.emojis[index]] = 1 / len(self.emojis[index])
        return Batch(
            torch.from_numpy(ids),
            torch.from_numpy(mask),
            torch.from_numpy(self.source[indices].astype(np.int64)),
            torch.from_numpy(targets),
            torch.from_numpy(self.any_fits[indices]),
            torch.from_numpy(self.weight[indices]),
            torch.from_numpy(indices % 2),
        )

    def select_half(self, half: int) -> "TokenizedExamples":
        """Every second example: what ``Batch.half`` calls 0 or 1."""
        kept = np.arange(half, len(self), 2)
        lengths = np.diff(self.offsets)
        inside = np.repeat(np.arange(len(self)) % 2 == half, lengths)
        return TokenizedExamples(
            tokens=self.tokens[inside],
            offsets=np.concatenate([[0], np.cumsum(lengths[kept])]).astype(np.int64),
            emojis=[self.emojis[i] for i in kept],
            source=self.source[kept],
            weight=self.weight[kept],
            any_fits=self.any_fits[kept],
            emoji_count=self.emoji_count,
        )

    def epoch_batches(
        self, batch_size: int, rng: np.random.Generator
    ) -> Iterator[NDArray[np.int64]]:
        """Index batches in random order; lengths within a batch are alike, so little is padding."""
        order = rng.permutation(len(self))
        lengths = np.diff(self.offsets)
        window = batch_size * 64
        batches: list[NDArray[np.int64]] = []
        for start in range(0, len(order), window):
            part = order[start : start + window]
            part = part[np.argsort(lengths[part], kind="stable")]
            batches += [part[i : i + batch_size] for i in range(0, len(part), batch_size)]
        for i in rng.permutation(len(batches)):
            yield batches[i]


def emoji_vocabulary(examples: Sequence[Example], min_count: int) -> list[str]:
    """Emojis in at least ``min_count`` examples, most frequent first."""
    counts = Counter(emoji for example in examples for emoji in example.emojis)
    return [emoji for emoji, count in counts.most_common() if count >= min_count]


def class_weights(examples: Sequence[Example], power: float) -> dict[str, float]:
    """(median frequency / frequency) ** power per emoji, between a third and three."""
    counts = Counter(e for x in examples if not x.any_fits for e in x.emojis)
    median = float(np.median(list(counts.values()))) if counts else 1.0
    return {e: float(np.clip((median / n) ** power, 1 / 3, 3)) for e, n in counts.items()}


def tokenize(
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    emojis: Sequence[str],
    sources: Sequence[str],
    weights: dict[str, float],
) -> TokenizedExamples:
    """Tokenise; examples none of whose emojis has a row are left out."""
    row = {emoji: i for i, emoji in enumerate(emojis)}
    column = {name: i for i, name in enumerate(sources)}
    kept = [x for x in examples if any(e in row for e in x.emojis)]
    tokenizer.no_padding()
    pieces: list[NDArray[np.int32]] = []
    for start in range(0, len(kept), 5000):
        encoded = tokenizer.encode_batch_fast([x.text for x in kept[start : start + 5000]])
        pieces += [np.array(e.ids, dtype=np.int32) for e in encoded]
    labels = [np.array([row[e] for e in x.emojis if e in row], dtype=np.int16) for x in kept]
    class_weight = [np.mean([weights.get(e, 1.0) for e in x.emojis]) for x in kept]
    return TokenizedExamples(
        tokens=np.concatenate(pieces),
        offsets=np.concatenate([[0], np.cumsum([len(p) for p in pieces])]).astype(np.int64),
        emojis=labels,
        source=np.array([column[x.source] for x in kept], dtype=np.int16),
        weight=np.array([x.weight for x in kept], dtype=np.float32)
        * np.array(class_weight, dtype=np.float32),
        any_fits=np.array([x.any_fits for x in kept]),
        emoji_count=len(emojis),
    )

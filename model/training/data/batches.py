"""Tokenised examples as flat arrays, and padded batches of texts of similar length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from model.examples import Example

_WINDOW_BATCHES = 64
"""Batches whose examples are sorted by length together."""
_TOKENIZED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one optimisation step."""

    input_ids: Tensor
    """(batch, tokens) int64, padded with 0."""
    attention_mask: Tensor
    """(batch, tokens) int64: 1 for a token, 0 for padding."""
    source: Tensor
    """(batch,) int64: index of the source."""
    targets: Tensor
    """(batch, emojis) float32; each row sums to one."""
    are_alternatives: Tensor
    """(batch,) bool: the emojis of the text are alternatives."""
    weight: Tensor
    """(batch,) float32."""
    half: Tensor
    """(batch,) int64, 0 or 1: the half of the examples that the text is in."""


@dataclass(frozen=True, slots=True)
class TokenizedExamples:
    """Examples as token ids; the texts are not kept."""

    tokens: NDArray[np.int32]
    """(all tokens,): the ids of every example, end to end."""
    offsets: NDArray[np.int64]
    """(examples + 1,): example i has ``tokens[offsets[i] : offsets[i + 1]]``."""
    emojis: list[NDArray[np.int16]]
    """Columns of each example's emojis."""
    source: NDArray[np.int16]
    """(examples,)"""
    weight: NDArray[np.float32]
    """(examples,)"""
    are_alternatives: NDArray[np.bool_]
    """(examples,)"""
    emoji_count: int

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.source)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each example, (examples,)."""
        return np.diff(self.offsets)

    def batch(self, indices: NDArray[np.int64]) -> Batch:
        """Return the examples padded to the longest of them."""
        lengths = self.lengths[indices]
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
            torch.from_numpy(self.are_alternatives[indices]),
            torch.from_numpy(self.weight[indices]),
            torch.from_numpy(indices % 2),
        )

    def select_half(self, half: int) -> "TokenizedExamples":
        """Return every second example, from the first (0) or the second (1) on; see ``Batch``."""
        kept = np.arange(half, len(self), 2)
        inside = np.repeat(np.arange(len(self)) % 2 == half, self.lengths)
        return TokenizedExamples(
            tokens=self.tokens[inside],
            offsets=np.concatenate([[0], np.cumsum(self.lengths[kept])]).astype(np.int64),
            emojis=[self.emojis[i] for i in kept],
            source=self.source[kept],
            weight=self.weight[kept],
            are_alternatives=self.are_alternatives[kept],
            emoji_count=self.emoji_count,
        )

    def batch_count(self, batch_size: int) -> int:
        """Return the number of batches in an epoch."""
        # Each window ends with a batch of its own, as windows are cut before batches.
        windows, rest = divmod(len(self), batch_size * _WINDOW_BATCHES)
        return windows * _WINDOW_BATCHES + -(-rest // batch_size)

    def epoch_batches(
        self, batch_size: int, rng: np.random.Generator
    ) -> Iterator[NDArray[np.int64]]:
        """Yield the indices of each batch, in random order.

        Lengths within a batch are alike, so that little of it is padding.
        """
        order = rng.permutation(len(self))
        window = batch_size * _WINDOW_BATCHES
        batches: list[NDArray[np.int64]] = []
        for start in range(0, len(order), window):
            part = order[start : start + window]
            part = part[np.argsort(self.lengths[part], kind="stable")]
            batches += [part[i : i + batch_size] for i in range(0, len(part), batch_size)]
        for i in rng.permutation(len(batches)):
            yield batches[i]


def tokenize(
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    emojis: Sequence[str],
    sources: Sequence[str],
    class_weights: dict[str, float],
) -> TokenizedExamples:
    """Tokenise examples; one without any of ``emojis`` is left out.

    The weight of an example is multiplied by the mean class weight of its emojis, 1 by default.
    """
    emoji_columns = {emoji: i for i, emoji in enumerate(emojis)}
    source_indices = {name: i for i, name in enumerate(sources)}
    kept = [x for x in examples if any(e in emoji_columns for e in x.emojis)]
    ids = _token_ids([x.text for x in kept], tokenizer)
    mean_weights = [np.mean([class_weights.get(e, 1.0) for e in x.emojis]) for x in kept]
    weights = np.array([x.weight for x in kept], dtype=np.float32)
    return TokenizedExamples(
        tokens=np.concatenate(ids),
        offsets=np.concatenate([[0], np.cumsum([len(x) for x in ids])]).astype(np.int64),
        emojis=[
            np.array([emoji_columns[e] for e in x.emojis if e in emoji_columns], dtype=np.int16)
            for x in kept
        ],
        source=np.array([source_indices[x.source] for x in kept], dtype=np.int16),
        weight=weights * np.array(mean_weights, dtype=np.float32),
        are_alternatives=np.array([x.are_alternatives for x in kept]),
        emoji_count=len(emojis),
    )


def _token_ids(texts: Sequence[str], tokenizer: Tokenizer) -> list[NDArray[np.int32]]:
    tokenizer.no_padding()
    ids: list[NDArray[np.int32]] = []
    for start in range(0, len(texts), _TOKENIZED_AT_ONCE):
        encodings = tokenizer.encode_batch_fast(list(texts[start : start + _TOKENIZED_AT_ONCE]))
        ids += [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]
    return ids

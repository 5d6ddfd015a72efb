"""Tokenised examples as flat arrays, and padded batches of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from model.examples import Example

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
    """(batch, emojis) float32; each row sums to one, or to zero for a text without emojis."""
    are_alternatives: Tensor
    """(batch,) bool: the emojis of the text are alternatives."""
    weight: Tensor
    """(batch,) float32."""
    half: Tensor
    """(batch,) int64, 0 or 1: the half of the examples that the text is in."""

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device; itself if it is there already."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


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
        mask = np.arange(lengths.max()) < lengths[:, None]
        ids = np.zeros(mask.shape, dtype=np.int64)
        positions = self.offsets[indices, None] + np.arange(lengths.max())
        ids[mask] = self.tokens[positions[mask]]
        columns = [self.emojis[i] for i in indices]
        counts = np.array([len(emojis) for emojis in columns])
        targets = np.zeros((len(indices), self.emoji_count), dtype=np.float32)
        rows = np.repeat(np.arange(len(indices)), counts)
        targets[rows, np.concatenate(columns)] = np.repeat(1 / np.maximum(counts, 1), counts)
        return Batch(
            torch.from_numpy(ids),
            torch.from_numpy(mask.astype(np.int64)),
            torch.from_numpy(self.source[indices].astype(np.int64)),
            torch.from_numpy(targets),
            torch.from_numpy(self.are_alternatives[indices]),
            torch.from_numpy(self.weight[indices]),
            torch.from_numpy(indices % 2),
        )

    def select_half(self, half: int) -> "TokenizedExamples":
        """Return every second example, from the first (0) or the second (1) on; see ``Batch``."""
        return self._select(np.arange(len(self)) % 2 == half)

    def labelled(self) -> "TokenizedExamples":
        """Return the examples with emojis, which come first."""
        return self._select(np.array([len(emojis) > 0 for emojis in self.emojis]))

    def _select(self, kept: NDArray[np.bool_]) -> "TokenizedExamples":
        lengths = self.lengths
        return TokenizedExamples(
            tokens=self.tokens[np.repeat(kept, lengths)],
            offsets=np.concatenate([[0], np.cumsum(lengths[kept])]).astype(np.int64),
            emojis=[self.emojis[i] for i in np.flatnonzero(kept)],
            source=self.source[kept],
            weight=self.weight[kept],
            are_alternatives=self.are_alternatives[kept],
            emoji_count=self.emoji_count,
        )


def select_examples(examples: Sequence[Example], emojis: Collection[str]) -> list[Example]:
    """Return the examples with one of ``emojis``, then those that only teachers answer."""
    known = frozenset(emojis)
    labelled = [x for x in examples if not known.isdisjoint(x.emojis)]
    return [*labelled, *(x for x in examples if not x.emojis)]


def tokenize(
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    emojis: Sequence[str],
    sources: Sequence[str],
    class_weights: dict[str, float],
) -> TokenizedExamples:
    """Tokenise the examples that ``select_examples`` returns, in its order.

    The weight of an example is multiplied by the mean class weight of its emojis, 1 by default.
    """
    emoji_columns = {emoji: i for i, emoji in enumerate(emojis)}
    source_indices = {name: i for i, name in enumerate(sources)}
    kept = select_examples(examples, emojis)
    ids = _token_ids([x.text for x in kept], tokenizer)
    mean_weights = [np.mean([class_weights.get(e, 1.0) for e in x.emojis] or [1.0]) for x in kept]
    weights = np.array([x.weight for x in kept], dtype=np.float32)
    return TokenizedExamples(
        tokens=np.concatenate(ids) if ids else np.zeros(0, dtype=np.int32),
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

"""Candidates: the emojis that may be predicted, with their embeddings and biases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model.embedding_offset import EmbeddingOffset
from model.emotions import LAUGHING_OR_CELEBRATING_EMOJIS
from model.gravity import is_permitted
from model.prediction import GravityLevel
from model.reaction_head import CandidateReactions, ReactionHead

BYTES_PER_EMOJI = 300
"""Memory of a cached emoji beside its arrays: text, set and index."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """The part of the emoji table that may be predicted, and custom emojis."""

    emojis: tuple[str, ...]
    embeddings: NDArray[np.float32]
    """(emojis, d)"""
    bias: NDArray[np.float32]
    """(emojis,)"""
    index: Mapping[str, int]
    """Emoji -> index into ``emojis``."""
    reactions: CandidateReactions | None = None
    """What the reaction head says of them; None without one."""
    _permitted: dict[GravityLevel, NDArray[np.intp]] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        arrays = self.embeddings.nbytes + self.bias.nbytes
        if self.reactions is not None:
            arrays += self.reactions.offsets.nbytes + self.reactions.bias.nbytes
        return arrays + len(self.emojis) * BYTES_PER_EMOJI

    @classmethod
    def of_table(
        cls,
        emojis: tuple[str, ...],
        embeddings: NDArray[np.float32],
        bias: NDArray[np.float32],
        head: ReactionHead | None = None,
    ) -> Self:
        """Index the emojis."""
        index = {emoji: i for i, emoji in enumerate(emojis)}
        return cls(emojis, embeddings, bias, index, None if head is None else head.among(index))

    def permitted(self, level: GravityLevel) -> NDArray[np.intp]:
        """Return the indices of the emojis that may be shown on a text of this level."""
        found = self._permitted.get(level)
        if found is None:
            indices = [i for i, e in enumerate(self.emojis) if is_permitted(e, level)]
            found = self._permitted[level] = np.array(indices, np.intp)
        return found

    @cached_property
    def laughing(self) -> NDArray[np.bool_]:
        """Mask of the emojis that laugh or celebrate, (emojis,)."""
        return np.array([e in LAUGHING_OR_CELEBRATING_EMOJIS for e in self.emojis], np.bool_)

    def products(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the products, (texts, emojis), of vectors, (texts, d), and embeddings."""
        # One vector at a time: a matrix product wakes a thread on every core, and on a busy
        # machine they wait for each other far longer than this takes.
        products: NDArray[np.float32] = np.vecdot(vectors[:, None], self.embeddings)
        return products

    def add_offsets(
        self,
        products: NDArray[np.float32],
        vector: NDArray[np.float32],
        offsets: Mapping[str, EmbeddingOffset],
    ) -> None:
        """Add to the products of one text, (emojis,), in place, what its emojis' offsets give."""
        for emoji, offset in offsets.items():
            if emoji in self.index:
                products[self.index[emoji]] += vector @ offset

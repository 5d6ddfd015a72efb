"""The reaction head: what people keep as a reaction, beside what authors write.

Embedding offsets and biases of some emojis, which are added to the log-scores of the emoji table.
Its weights are a file of the artifact, fitted on feedback alone by ``model.training.feedback``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from model.scores import log_softmax


@dataclass(frozen=True, slots=True)
class CandidateReactions:
    """The part of a reaction head that is about some candidates."""

    columns: NDArray[np.intp]
    """(emojis,): indices into the candidates"""
    offsets: NDArray[np.float32]
    """(emojis, d)"""
    bias: NDArray[np.float32]
    """(emojis,)"""

    def apply(
        self, log_scores: NDArray[np.float32], vectors: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return log-scores, (texts, candidates), of reactions to texts with vectors, (texts, d).

        ``log_scores`` are those of the emoji table.
        """
        if not len(self.columns):
            return log_scores
        moved = log_scores.copy()
        # One vector at a time, as for the embeddings: see ``Candidates.products``.
        moved[:, self.columns] += np.vecdot(vectors[:, None], self.offsets) + self.bias
        return log_softmax(moved)


@dataclass(frozen=True, slots=True)
class ReactionHead:
    """Embedding offsets and biases of the emojis that feedback was about."""

    emojis: tuple[str, ...]
    """Canonical, all of them in the emoji table."""
    offsets: NDArray[np.float32]
    """(emojis, d)"""
    bias: NDArray[np.float32]
    """(emojis,)"""

    def among(self, index: Mapping[str, int]) -> CandidateReactions:
        """Return the part about candidates, given the index of each."""
        known = [i for i, emoji in enumerate(self.emojis) if emoji in index]
        columns = np.array([index[self.emojis[i]] for i in known], dtype=np.intp)
        return CandidateReactions(columns, self.offsets[known], self.bias[known])


def save_reaction_head(head: ReactionHead, path: Path) -> None:
    """Write the head; offsets as float16, as precise as the embeddings."""
    tensors: dict[str, NDArray[Any]] = {
        "offsets": head.offsets.astype(np.float16),
        "bias": head.bias.astype(np.float32),
    }
    save_file(tensors, path, {"emojis": json.dumps(head.emojis, ensure_ascii=False)})
    path.chmod(0o644)  # safetensors writes it as 0600


def read_reaction_head(path: Path, dimension: int) -> ReactionHead:
    """Read the head for an encoder whose vectors have ``dimension`` numbers.

    Raises:
        ValueError: the file is no reaction head, or one for another encoder; the message says why.
    """
    try:
        with safe_open(path, "np") as file:
            head = ReactionHead(
                tuple(json.loads((file.metadata() or {})["emojis"])),
                file.get_tensor("offsets").astype(np.float32),
                file.get_tensor("bias").astype(np.float32),
            )
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"is not a reaction head: {error}") from error
    expected = (len(head.emojis), dimension), (len(head.emojis),)
    if (head.offsets.shape, head.bias.shape) != expected:
        raise ValueError(
            f"is not a reaction head of this encoder: offsets {head.offsets.shape} and bias"
            f" {head.bias.shape} for {len(head.emojis)} emojis and vectors of {dimension} numbers"
        )
    if not (np.isfinite(head.offsets).all() and np.isfinite(head.bias).all()):
        raise ValueError("is not a reaction head: it holds infinite numbers or NaN")
    return head

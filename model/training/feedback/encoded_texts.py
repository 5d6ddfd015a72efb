"""Texts of a fine-tuning run with the vectors that the source artifact gives them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from model.predictor import Predictor
from model.training.feedback.feedback_targets import FeedbackTarget

_BATCH_SIZE = 64


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """Texts, their vectors, and the feedback on each."""

    texts: list[str] = field(repr=False)
    vectors: Tensor
    """(texts, d)"""
    feedback: list[dict[int, float]] = field(default_factory=list)
    """For each text: column of an emoji -> weight, above 0 if liked, below 0 if rejected; empty
    for replay texts."""

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.texts)

    def feedback_matrix(self, indices: Tensor, emojis: int) -> Tensor:
        """Return the weights of some texts, (indices, emojis); 0 for an emoji without feedback."""
        matrix = torch.zeros(len(indices), emojis)
        for row, i in enumerate(indices.tolist()):
            for column, weight in self.feedback[i].items():
                matrix[row, column] = weight
        return matrix


def encode_replay(predictor: Predictor, texts: Sequence[str]) -> EncodedTexts:
    """Encode cleaned texts, in batches of similar length."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    vectors = np.zeros((len(texts), predictor.artifact.table.embeddings.shape[1]), dtype=np.float32)
    for start in range(0, len(order), _BATCH_SIZE):
        part = order[start : start + _BATCH_SIZE]
        vectors[part] = predictor.encode([texts[i] for i in part])
    return EncodedTexts(list(texts), torch.from_numpy(vectors))


def encode_targets(predictor: Predictor, targets: Sequence[FeedbackTarget]) -> EncodedTexts:
    """Encode texts with feedback.

    Custom emojis have no column: preferences learn them. A text about nothing else is left out.
    """
    column = {emoji: i for i, emoji in enumerate(predictor.emojis)}
    kept: list[tuple[str, dict[int, float]]] = []
    for target in targets:
        signed = {**target.liked, **{e: -weight for e, weight in target.rejected.items()}}
        feedback = {column[e]: weight for e, weight in signed.items() if e in column}
        if feedback:
            kept.append((target.text, feedback))
    encoded = encode_replay(predictor, [text for text, _ in kept])
    return replace(encoded, feedback=[feedback for _, feedback in kept])

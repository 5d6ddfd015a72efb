"""Emoji network: a text encoder and the emoji table, fitted together."""

from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

TextEncoderT = TypeVar("TextEncoderT", bound=nn.Module, covariant=True)
"""Module that maps token ids and their mask to vectors."""

_EXCLUDED_LOGIT = -1e4


class EmojiNetwork(nn.Module, Generic[TextEncoderT]):
    """Logits: vector . embedding + bias of the emoji + bias of the emoji in the source."""

    def __init__(self, text_encoder: TextEncoderT, embeddings: Tensor, label_mask: Tensor) -> None:
        """Start from ``embeddings`` (emojis, d).

        ``label_mask`` (sources, emojis) is False for an emoji that a source cannot have.
        """
        super().__init__()
        self.text_encoder = text_encoder
        self.embeddings = nn.Parameter(embeddings.clone())
        self.bias = nn.Parameter(torch.zeros(len(embeddings)))
        # Each source has its own label prior (a query list, a balanced sample, an old keyboard).
        # Fitted apart and dropped at export, it keeps the shared table free of it.
        self.source_bias = nn.Parameter(torch.zeros(len(label_mask), len(embeddings)))
        self.label_mask = label_mask
        penalty = torch.where(label_mask, 0.0, _EXCLUDED_LOGIT)
        self.register_buffer("label_penalty", penalty, persistent=False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, source: Tensor) -> Tensor:
        """Return logits, (batch, emojis), float32; ``source`` (batch,) holds indices."""
        vectors = self.text_encoder(input_ids, attention_mask).float()
        prior = self.bias + self.source_bias[source]
        penalty = self.get_buffer("label_penalty")[source]
        logits: Tensor = vectors @ self.embeddings.T + prior + penalty
        return logits

"""Parameters that are fitted on feedback."""

import math

import torch
from torch import Tensor, nn

from model.artifact import Artifact
from model.training.network.text_encoder import TextEncoder


class EmojiHead(nn.Module):
    """Embeddings, biases and a projection over text vectors; starts as the artifact's."""

    def __init__(self, source: Artifact, text_encoder: TextEncoder | None) -> None:
        """Copy the emoji table; ``text_encoder`` is None if the encoder is frozen."""
        super().__init__()
        self.embeddings = nn.Parameter(torch.from_numpy(source.table.embeddings.copy()))
        self.bias = nn.Parameter(torch.from_numpy(source.table.bias.copy()))
        self.projection = nn.Parameter(torch.eye(source.table.embeddings.shape[1]))
        self.text_encoder = text_encoder
        self.temperature = source.manifest.temperature
        self.uniform_prior_weight = source.manifest.uniform_prior_weight

    def forward(self, inputs: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """Return log-scores as they are served (``model.scores``), (texts, emojis).

        ``inputs`` are text vectors, (texts, d), if the encoder is frozen; else token ids with
        their ``attention_mask``, (texts, tokens) each.
        """
        if self.text_encoder is None:
            vectors = inputs
        else:
            vectors = self.text_encoder(inputs, attention_mask).float()
        products = (vectors @ self.projection) @ self.embeddings.T
        learned = torch.log_softmax((products + self.bias) / self.temperature, dim=1)
        if not self.uniform_prior_weight:
            return learned
        uniform = torch.log_softmax(products / self.temperature, dim=1)
        return torch.logaddexp(
            learned + math.log1p(-self.uniform_prior_weight),
            uniform + math.log(self.uniform_prior_weight),
        )

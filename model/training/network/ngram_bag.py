"""Bag of hashed token n-grams beside the encoder: memory for names, tags and set phrases.

Hashed unigrams and bigrams as in fastText (Joulin et al., 2017). It is cheap to serve, one look-up
per token, and good at what a small encoder has no capacity for. It is fitted apart from the
encoder and joined by ``model.training.network.ensemble``: fitted together, the encoder learns
faster and leaves the n-grams nothing to explain.
"""

import torch
from torch import Tensor, nn

from model.training.network.emoji_network import EmojiNetwork

_HASH_MULTIPLIER = 1_000_003
_TABLE_STD = 0.02
_EMBEDDING_STD = 0.3
"""Embeddings that start near zero would give the table no gradient, and it them."""


class NGramBag(nn.Module):
    """Token ids and mask, (batch, tokens) each -> scaled sum of n-gram vectors, (batch, width).

    The hash is part of the graph, so that serving needs no tokenizer but the encoder's.
    """

    ngram_dropout = 0.3
    """Share of n-grams left out in training: one of a single text would be memorised."""

    def __init__(self, buckets: int, width: int) -> None:
        """Make a table of ``buckets`` vectors of ``width`` numbers."""
        super().__init__()
        self.buckets, self.width = buckets, width
        self.table = nn.Embedding(buckets, width, sparse=True)
        nn.init.normal_(self.table.weight, std=_TABLE_STD)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the sum over unigrams and bigrams divided by the root of their number.

        The more n-grams a text has, the longer is its vector.
        """
        first, second = input_ids[:, :-1], input_ids[:, 1:]
        unigrams = torch.remainder(input_ids * _HASH_MULTIPLIER, self.buckets)
        bigrams = torch.remainder(first * _HASH_MULTIPLIER + second + 1, self.buckets)
        ids = torch.cat([unigrams, bigrams], dim=1)
        mask = torch.cat([attention_mask, attention_mask[:, 1:]], dim=1).to(torch.float32)
        count = mask.sum(1, keepdim=True).clamp(min=1)
        if self.training:
            kept = torch.rand_like(mask) >= self.ngram_dropout
            mask = mask * kept / (1 - self.ngram_dropout)
        total: Tensor = (self.table(ids) * mask.unsqueeze(-1)).sum(1) / count.sqrt()
        return total


def new_ngram_network(
    buckets: int, width: int, emojis: int, label_mask: Tensor
) -> EmojiNetwork[NGramBag]:
    """Return a network that reads n-grams alone; it draws from torch's generator.

    ``label_mask`` is (sources, emojis), as for ``EmojiNetwork``.
    """
    embeddings = torch.randn(emojis, width) * _EMBEDDING_STD
    return EmojiNetwork(NGramBag(buckets, width), embeddings, label_mask)

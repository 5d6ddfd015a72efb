"""A bag of hashed token n-grams beside the Transformer: a memory for names, tags and set phrases.

Hashed pairs as in fastText (Joulin et al., 2017): cheap to serve, as it is one look-up a token,
and good at what a small encoder has no room for. It learns apart from the encoder, from all texts,
and ``model.training.network.ensemble`` lets both speak: fitted together, the encoder learns faster, explains
what the n-grams could have learnt, and leaves them with nothing to say.
"""

import torch
from torch import Tensor, nn

from model.training.network.text_encoder import EmojiNetwork

_MULTIPLIER = 1_000_003
_START = 0.02
_ROWS_START = 0.3
"""Rows that begin near zero would hold the table still, and it them."""


class NGramBag(nn.Module):
    """Token ids and mask, (batch, tokens) each -> the sum of their n-grams' rows, (batch, width).

    The hash is part of the graph: the served tokenizer is the encoder's own. In training a share
    of the n-grams goes unread: what a text alone has would otherwise be learnt by heart.
    """

    ngram_dropout = 0.3
    """Share of n-grams that are left out in training."""

    def __init__(self, buckets: int, width: int) -> None:
        """Keep ``buckets`` rows of ``width``."""
        super().__init__()
        self.buckets = buckets
        self.table = nn.Embedding(buckets, width, sparse=True)
        nn.init.normal_(self.table.weight, std=_START)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Sum over single tokens and pairs, over the root of their number: surer with more."""
        here, following = input_ids[:, :-1], input_ids[:, 1:]
        single = torch.remainder(input_ids * _MULTIPLIER, self.buckets)
        pair = torch.remainder(here * _MULTIPLIER + following + 1, self.buckets)
        ids = torch.cat([single, pair], dim=1)
        mask = torch.cat([attention_mask, attention_mask[:, 1:]], dim=1).to(torch.float32)
        count = mask.sum(1, keepdim=True).clamp(min=1)
        if self.training:
            mask = mask * (torch.rand_like(mask) >= self.ngram_dropout) / (1 - self.ngram_dropout)
        counted: Tensor = (self.table(ids) * mask.unsqueeze(-1)).sum(1) / count.sqrt()
        return counted


def new_ngram_network(
    buckets: int, width: int, emojis: int, allowed: Tensor
) -> EmojiNetwork[NGramBag]:
    """A network that reads nothing but n-grams; ``allowed`` (sources, emojis) as for the encoder's.

    Draws from torch's generator.
    """
    rows = torch.randn(emojis, width) * _ROWS_START
    return EmojiNetwork(NGramBag(buckets, width), rows, allowed)

"""A bag of hashed token n-grams beside the Transformer: a memory for names, tags and set phrases.

Wide and deep (Cheng et al., 2016) with hashed bigrams as in fastText (Joulin et al., 2017): cheap
to serve, as it is one look-up a token, and good at what a small encoder has no room for.
"""

import torch
from torch import Tensor, nn

_MULTIPLIER = 1_000_003
_START = 0.02


class NGramBag(nn.Module):
    """Token ids and mask, (batch, tokens) each -> what their n-grams say, (batch, d).

    The hash is part of the graph: the served tokenizer is the encoder's own. In training a share
    of the n-grams goes unread, and of some texts all of them: what a text alone has would otherwise
    be learnt by heart, and the encoder would learn nothing from it.
    """

    unread = 0.3
    """Share of n-grams, and of texts, that are left out in training."""

    def __init__(self, buckets: int, width: int, size: int) -> None:
        """Keep ``buckets`` rows of ``width``, and map their sum to ``size``."""
        super().__init__()
        self.buckets = buckets
        self.table = nn.Embedding(buckets, width, sparse=True)
        nn.init.normal_(self.table.weight, std=_START)
        self.out = nn.Linear(width, size, bias=False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Sum over single tokens and pairs, over the root of their number: surer with more."""
        here, following = input_ids[:, :-1], input_ids[:, 1:]
        single = torch.remainder(input_ids * _MULTIPLIER, self.buckets)
        pair = torch.remainder(here * _MULTIPLIER + following + 1, self.buckets)
        ids = torch.cat([single, pair], dim=1)
        mask = torch.cat([attention_mask, attention_mask[:, 1:]], dim=1).to(torch.float32)
        count = mask.sum(1, keepdim=True).clamp(min=1)
        if self.training:
            mask = self._left_to_read(mask)
        counted = (self.table(ids) * mask.unsqueeze(-1)).sum(1) / count.sqrt()
        said: Tensor = self.out(counted)
        return said

    def _left_to_read(self, mask: Tensor) -> Tensor:
        read = torch.rand_like(mask) >= self.unread
        whole = torch.rand(len(mask), 1) >= self.unread
        return mask * read * whole / (1 - self.unread)

"""Two networks that speak as one: their logits are added, the second's with a share.

A logarithmic opinion pool (Genest & Zidek, 1986). As both score by vector x row, so does the pool:
its vectors and rows are theirs side by side.
"""

import torch

from model.training.network.ngram_bag import NGramBag
from model.training.network.text_encoder import EmojiNetwork, TextEncoder


@torch.no_grad()
def ensemble(
    network: EmojiNetwork[TextEncoder], ngrams: EmojiNetwork[NGramBag], share: float
) -> EmojiNetwork[TextEncoder]:
    """The encoder's network with that of the n-grams beside it; both have the same emojis.

    Vectors are (texts, d + width), rows (emojis, d + width). ``network`` is changed and should not
    be used any more.
    """
    network.text_encoder.bag = ngrams.text_encoder
    rows = torch.cat([network.embeddings, share * ngrams.embeddings], dim=1)
    pooled = EmojiNetwork(network.text_encoder, rows, network.label_mask)
    pooled.bias.copy_(network.bias + share * ngrams.bias)
    pooled.source_bias.copy_(network.source_bias + share * ngrams.source_bias)
    return pooled.eval()

"""Ensemble of encoder and n-gram bag: a logarithmic opinion pool (Genest & Zidek, 1986).

The logits of both are added, those of the n-grams with a weight. As each is a product of vector
and embedding, so is the sum, with the vectors and the embeddings of both side by side.
"""

import torch

from model.training.network.emoji_network import EmojiNetwork
from model.training.network.ngram_bag import NGramBag
from model.training.network.text_encoder import TextEncoder


@torch.no_grad()
def ensemble(
    network: EmojiNetwork[TextEncoder], ngrams: EmojiNetwork[NGramBag], logit_weight: float
) -> EmojiNetwork[TextEncoder]:
    """Return one network that adds ``logit_weight`` times the n-grams' logits to the encoder's.

    Both have the same emojis. Vectors are (texts, d + width), embeddings (emojis, d + width).
    ``network`` is changed and must not be used any more.
    """
    network.text_encoder.bag = ngrams.text_encoder
    embeddings = torch.cat([network.embeddings, logit_weight * ngrams.embeddings], dim=1)
    joined = EmojiNetwork(network.text_encoder, embeddings, network.label_mask)
    joined.bias.copy_(network.bias + logit_weight * ngrams.bias)
    joined.source_bias.copy_(network.source_bias + logit_weight * ngrams.source_bias)
    return joined.eval()

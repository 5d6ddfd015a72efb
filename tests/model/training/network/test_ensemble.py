"""Ensemble of encoder and n-grams: their logits are added."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from model.training.network.emoji_network import EmojiNetwork
from model.training.network.ensemble import ensemble
from model.training.network.ngram_bag import NGramBag, new_ngram_network
from model.training.network.text_encoder import TextEncoder

EMOJIS, SOURCES = 5, 2


def both(base: Path) -> tuple[EmojiNetwork[TextEncoder], EmojiNetwork[NGramBag]]:
    torch.manual_seed(5)
    allowed = torch.ones(SOURCES, EMOJIS, dtype=torch.bool)
    allowed[1, 3] = False
    text = TextEncoder.from_base(str(base))
    encoder = EmojiNetwork(text, torch.randn(EMOJIS, 32), allowed).eval()
    ngrams = new_ngram_network(64, 8, EMOJIS, allowed).eval()
    with torch.no_grad():
        for network in (encoder, ngrams):
            network.bias.normal_()
            network.source_bias.normal_()
    return encoder, ngrams


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_the_logits_are_the_weighted_sum(tiny_base: Path, share: float) -> None:
    ids, source = torch.tensor([[4, 6, 8, 5], [4, 7, 5, 0]]), torch.tensor([0, 1])
    encoder, ngrams = both(tiny_base)
    asked: tuple[Tensor, ...] = (ids, (ids > 0).long(), source)
    possible = encoder.get_buffer("label_penalty")[source] == 0
    with torch.inference_mode():
        expected = (encoder(*asked) + share * ngrams(*asked))[possible]
        pooled = ensemble(encoder, ngrams, share)(*asked)
    assert torch.allclose(pooled[possible], expected, atol=1e-4)
    assert float(pooled[~possible].max()) < -1000

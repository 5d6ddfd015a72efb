"""Cut vocabularies: kept tokens have the same vectors, others are read in pieces."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models

from model.training.network.text_encoder import TextEncoder, encode_texts
from model.training.network.tokenizer import load_tokenizer
from model.training.network.vocabulary import cut_embeddings, cut_tokenizer, select_token_ids


def test_kept_tokens_have_the_same_vectors(tiny_base: Path) -> None:
    texts = ["funny pizza a b", "tears c d"]
    tokenizer = load_tokenizer(str(tiny_base), 16)
    text = TextEncoder.from_base(str(tiny_base)).eval()
    before = encode_texts(text, tokenizer, texts)
    kept = select_token_ids(tokenizer, texts * 9, 20)
    cut = cut_tokenizer(tokenizer, kept)
    cut.enable_padding(pad_id=0, pad_token="[PAD]")
    cut_embeddings(text, kept)
    assert cut.get_vocab_size() == len(kept) < tokenizer.get_vocab_size()
    assert torch.allclose(encode_texts(text, cut, texts), before, atol=1e-5)


def test_a_dropped_token_is_read_as_kept_pieces() -> None:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "cat", "c", "##a", "##t", "dog", "##at"]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    kept = select_token_ids(tokenizer, ["dog"] * 3, 8)
    assert cut_tokenizer(tokenizer, kept).encode("cat").tokens == ["c", "##a", "##t"]
    assert cut_tokenizer(tokenizer, kept).encode("dog").tokens == ["dog"]


def test_a_tokenizer_other_than_wordpiece_is_refused() -> None:
    with pytest.raises(ValueError, match="WordPiece"):
        select_token_ids(Tokenizer(models.BPE()), ["a"], 10)

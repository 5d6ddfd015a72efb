"""Cut vocabularies: kept tokens have the same vectors, others are read in pieces."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import RobertaConfig, RobertaModel

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


SCRIPTS = {
    "Latin": "grinning straße",
    "Cyrillic": "привет смешно",
    "Arabic": "مرحبا ضحك",
    "Hebrew": "שלום צחוק",
    "Greek": "γεια γέλιο",
    "Devanagari": "नमस्ते हँसी",
    "kana": "こんにちは ワラウ",
    "hangul": "안녕 웃음",
    "Thai": "สวัสดี หัวเราะ",
}
FREQUENT = ["funny joke laugh", "sad tears lost", "pizza cheese dinner"]
UNKNOWN = {"[UNK]", "<unk>"}


def plain_byte_pairs() -> Tokenizer:
    """Return a BPE tokenizer over characters, with a suffix at the end of words."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(
        special_tokens=special, end_of_word_suffix="</w>", show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def trained(tokenizer: Tokenizer, trainer: Any) -> Tokenizer:  # noqa: ANN401 - one of several
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def word_pieces() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(special_tokens=special, show_progress=False)
    made = trained(tokenizer, trainer)
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return made


def byte_pairs() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        special_tokens=["<s>", "<pad>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made = trained(tokenizer, trainer)
    made.post_processor = processors.Sequence(
        [processors.RobertaProcessing(("</s>", 2), ("<s>", 0))]
    )
    return made


def unigrams() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        unk_token="<unk>",
        vocab_size=400,
        show_progress=False,
    )
    made = trained(tokenizer, trainer)
    made.add_special_tokens(["<mask>"])  # behind the model's own tokens, as in XLM-R
    return made


TEXTS = [*FREQUENT * 30, *SCRIPTS.values(), *SCRIPTS.values()]
KINDS = [word_pieces, byte_pairs, unigrams, plain_byte_pairs]


@pytest.fixture(params=KINDS, ids=[kind.__name__ for kind in KINDS])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    made: Tokenizer = request.param()
    return made


def test_a_script_is_never_cut_to_nothing(tokenizer: Tokenizer) -> None:
    """Not one text of these scripts is among those that choose the tokens."""
    kept = select_token_ids(tokenizer, FREQUENT, 40)
    cut = cut_tokenizer(tokenizer, kept)
    assert cut.get_vocab_size() == len(kept) < tokenizer.get_vocab_size()
    for script, text in SCRIPTS.items():
        assert not UNKNOWN & set(tokenizer.encode(text).tokens), script
        assert not UNKNOWN & set(cut.encode(text).tokens), script


def test_frequent_words_are_read_as_before(tokenizer: Tokenizer) -> None:
    characters = len(select_token_ids(tokenizer, [], 1))
    kept = select_token_ids(tokenizer, FREQUENT, characters + 70)
    assert characters < len(kept) < tokenizer.get_vocab_size()
    cut = cut_tokenizer(tokenizer, kept)
    for text in FREQUENT:
        before, after = tokenizer.encode(text), cut.encode(text)
        assert after.tokens == before.tokens
        assert [kept[i] for i in after.ids] == before.ids
    for token, i in cut.get_vocab().items():
        assert tokenizer.token_to_id(token) == kept[i]


def test_a_cut_tokenizer_is_loaded_again_as_it_is(tokenizer: Tokenizer, tmp_path: Path) -> None:
    cut = cut_tokenizer(tokenizer, select_token_ids(tokenizer, FREQUENT, 60))
    cut.save(str(tmp_path / "tokenizer.json"))
    loaded = load_tokenizer(str(tmp_path), 32)
    assert loaded.get_vocab() == cut.get_vocab()
    assert loaded.encode(FREQUENT[0]).ids == cut.encode(FREQUENT[0]).ids


def test_chinese_characters_are_kept_by_use() -> None:
    tokens = ["[PAD]", "[UNK]", "笑", "哭", "я", "dog"]
    tokenizer = Tokenizer(models.WordPiece({t: i for i, t in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    kept = select_token_ids(tokenizer, ["笑"], 4)
    assert [tokens[i] for i in kept] == ["[PAD]", "[UNK]", "笑", "я"]


@pytest.mark.parametrize("pad", [1, 90])
def test_an_encoder_with_a_padding_token_is_cut_with_it(pad: int) -> None:
    """RoBERTa counts positions from its padding token; ModernBERT's is at the vocabulary's end."""
    torch.manual_seed(3)
    config = RobertaConfig(
        vocab_size=100, hidden_size=32, num_attention_heads=4, num_hidden_layers=2,
        intermediate_size=64, max_position_embeddings=120, pad_token_id=pad,
    )  # fmt: skip
    text = TextEncoder(RobertaModel(config), 32).eval()
    kept = [0, 1, 5, 7, 9, 40, 90]
    ids, mask = torch.tensor([[0, 40, 9, 5]]), torch.ones(1, 4, dtype=torch.int64)
    before = text.encoder.embeddings.word_embeddings(ids)  # type: ignore[union-attr, operator]
    cut_embeddings(text, kept)
    new = torch.tensor([[kept.index(i) for i in ids[0].tolist()]])
    after = text.encoder.embeddings.word_embeddings(new)  # type: ignore[union-attr, operator]
    assert torch.equal(after, before)
    assert torch.isfinite(text(new, mask)).all()
    assert text.encoder.config.pad_token_id == kept.index(pad)  # type: ignore[union-attr]


def test_a_tokenizer_of_another_kind_is_refused() -> None:
    words = Tokenizer(models.WordLevel({"a": 0}, unk_token="a"))
    with pytest.raises(ValueError, match="WordLevel vocabulary cannot be cut"):
        select_token_ids(words, ["a"], 10)

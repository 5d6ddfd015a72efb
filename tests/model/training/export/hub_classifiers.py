"""Tiny random classifiers of emojis, with the files that their like have on the Hub."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    DistilBertConfig,
    ModernBertConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    XLMRobertaConfig,
)

from tests.model.training.test_architectures import ROBERTA, byte_pairs, unigrams, word_pieces

LABELS = ["_red_heart_", "😂", "_fire_", ":cry:", "_Christmas_tree_", "🍕", "_two_hearts_", "😡"]
EMOJIS = ["❤", "😂", "🔥", "😢", "🎄", "🍕", "💕", "😡"]
# As many layers' outputs as labels: the head must not be mistaken for one of them.
_SHAPE: dict[str, Any] = {
    "hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 2, "intermediate_size": 64,
    "max_position_embeddings": 42, "id2label": dict(enumerate(LABELS)),
}  # fmt: skip


def bert(folder: Path) -> Path:
    """Write a BERT with ``vocab.txt`` and pickled weights, as Google's checkpoints have."""
    tokenizer = word_pieces()
    _save_network(BertConfig(vocab_size=tokenizer.get_vocab_size(), **_SHAPE), folder)
    _pickle_weights(folder)
    return _save_words(tokenizer, folder)


def roberta(folder: Path) -> Path:
    """Write a RoBERTa with ``vocab.json``, ``merges.txt`` and pickled weights, as cardiffnlp's."""
    tokenizer = byte_pairs()
    size = tokenizer.get_vocab_size()
    _save_network(RobertaConfig(vocab_size=size, type_vocab_size=1, **_SHAPE), folder)
    _pickle_weights(folder)
    tokenizer.model.save(str(folder))
    names = ("bos", "pad", "eos", "unk", "mask")
    special = {f"{name}_token": token for name, token in zip(names, ROBERTA, strict=True)}
    special |= {"cls_token": "<s>", "sep_token": "</s>"}
    (folder / "special_tokens_map.json").write_text(json.dumps(special), encoding="utf-8")
    return folder


def xlm_roberta(folder: Path) -> Path:
    """Write an XLM-R with ``tokenizer.json``."""
    tokenizer = unigrams()
    _save_network(XLMRobertaConfig(vocab_size=tokenizer.get_vocab_size(), **_SHAPE), folder)
    return _save_fast(tokenizer, folder)


def modernbert(folder: Path) -> Path:
    """Write a ModernBERT with ``tokenizer.json``."""
    tokenizer = byte_pairs()
    size = tokenizer.get_vocab_size()
    _save_network(ModernBertConfig(vocab_size=size, pad_token_id=1, **_SHAPE), folder)
    return _save_fast(tokenizer, folder)


def distilbert(folder: Path) -> Path:
    """Write a DistilBERT with ``vocab.txt``."""
    tokenizer = word_pieces()
    config = DistilBertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        dim=8,
        n_heads=2,
        n_layers=2,
        hidden_dim=64,
        max_position_embeddings=42,
        id2label=dict(enumerate(LABELS)),
    )
    _save_network(config, folder)
    return _save_words(tokenizer, folder)


CLASSIFIERS: tuple[Callable[[Path], Path], ...] = (
    bert, roberta, xlm_roberta, modernbert, distilbert,
)  # fmt: skip


def _save_network(config: PreTrainedConfig, folder: Path) -> None:
    """Save random weights, large enough that predictions differ from text to text."""
    torch.manual_seed(5)
    network = AutoModelForSequenceClassification.from_config(config)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.dim() == 2 and "embeddings" not in name:
                parameter.mul_(8)
    network.save_pretrained(folder)


def _pickle_weights(folder: Path) -> None:
    network = AutoModelForSequenceClassification.from_pretrained(folder)
    torch.save(network.state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def _save_words(tokenizer: Tokenizer, folder: Path) -> Path:
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    lines = "\n".join(token for token, _ in vocabulary)
    (folder / "vocab.txt").write_text(lines, encoding="utf-8")
    return folder


def _save_fast(tokenizer: Tokenizer, folder: Path) -> Path:
    bos, pad, eos, unk, mask = ROBERTA
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=bos,
        pad_token=pad,
        eos_token=eos,
        unk_token=unk,
        mask_token=mask,
    ).save_pretrained(folder)
    return folder

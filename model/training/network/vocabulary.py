"""Cutting a vocabulary to the tokens that texts need: each int8 row is d bytes of the artifact."""

import json
import re
from collections import Counter
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer

from model.training.network.text_encoder import TextEncoder

_SPECIAL = re.compile(r"\[(PAD|UNK|CLS|SEP|MASK)\]")
_UNUSED = re.compile(r"\[unused\d+\]")
_TOKENIZED_AT_ONCE = 5000


def drop_unused_tokens(text_encoder: TextEncoder, tokenizer: Tokenizer) -> Tokenizer:
    """Drop BERT's ``[unusedN]`` tokens from encoder and tokenizer; the vectors stay the same.

    Return the tokenizer as it is if it has no such tokens, or if an n-gram bag hashes its ids.
    """
    vocabulary = tokenizer.get_vocab(with_added_tokens=False)
    has_unused = any(_UNUSED.fullmatch(token) for token in vocabulary)
    if text_encoder.bag is not None or not has_unused:
        return tokenizer
    kept = sorted(i for token, i in vocabulary.items() if not _UNUSED.fullmatch(token))
    cut_embeddings(text_encoder, kept)
    return cut_tokenizer(tokenizer, kept)


def select_token_ids(tokenizer: Tokenizer, texts: Sequence[str], size: int) -> list[int]:
    """Return the ids of special tokens, characters and the most used others, ascending.

    There are ``size`` of them, or more if special tokens and characters alone are more. A word
    whose token is dropped is read as shorter tokens, down to characters.

    Raises:
        ValueError: the tokenizer is not WordPiece.
    """
    if json.loads(tokenizer.to_str())["model"].get("type") != "WordPiece":
        raise ValueError("fit.vocabulary_size: only WordPiece vocabularies can be cut")
    counts: Counter[int] = Counter()
    tokenizer.no_padding()
    for start in range(0, len(texts), _TOKENIZED_AT_ONCE):
        for encoding in tokenizer.encode_batch_fast(
            list(texts[start : start + _TOKENIZED_AT_ONCE])
        ):
            counts.update(encoding.ids)
    kept = {
        i
        for token, i in tokenizer.get_vocab().items()
        if _SPECIAL.fullmatch(token) or _is_character(token)
    }
    for i, _ in counts.most_common():
        if len(kept) >= size:
            break
        kept.add(i)
    return sorted(kept)


def cut_tokenizer(tokenizer: Tokenizer, kept: Sequence[int]) -> Tokenizer:
    """Return the tokenizer with these ids alone, renumbered in their order."""
    document = json.loads(tokenizer.to_str())
    tokens = {i: token for token, i in document["model"]["vocab"].items()}
    new_ids = {old: new for new, old in enumerate(kept)}
    document["model"]["vocab"] = {tokens[old]: new for old, new in new_ids.items()}
    for added in document["added_tokens"]:
        added["id"] = new_ids[added["id"]]
    for special in (document["post_processor"] or {}).get("special_tokens", {}).values():
        special["ids"] = [new_ids[i] for i in special["ids"]]
    if document.get("padding"):
        document["padding"]["pad_id"] = new_ids[document["padding"]["pad_id"]]
    return Tokenizer.from_str(json.dumps(document))


def cut_embeddings(text_encoder: TextEncoder, kept: Sequence[int]) -> None:
    """Keep the token embeddings of these ids alone, in their order."""
    embedding = text_encoder.encoder.get_input_embeddings()  # type: ignore[operator]
    assert isinstance(embedding, torch.nn.Embedding)  # noqa: S101 - what the library returns
    embedding.weight = torch.nn.Parameter(embedding.weight.detach()[list(kept)].clone())
    embedding.num_embeddings = len(kept)
    text_encoder.encoder.config.vocab_size = len(kept)  # type: ignore[union-attr] # saved with it


def _is_character(token: str) -> bool:
    return len(token.removeprefix("##")) == 1

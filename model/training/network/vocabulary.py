"""Cutting a vocabulary to the tokens that texts need: each int8 row is d bytes of the artifact.

WordPiece, Unigram (SentencePiece) and BPE vocabularies. A word whose token is dropped is read as
shorter tokens, down to characters; so no script that the tokenizer can read is lost.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from tokenizers import Tokenizer

from model.training.network.text_encoder import TextEncoder
from model.training.recipe import RecipeError

_SPECIAL = re.compile(r"[\[<](PAD|UNK|CLS|SEP|MASK|pad|unk|mask|s|/s|0x[0-9A-F]{2})[\]>]")
"""Tokens without text of their own, and the bytes of SentencePiece's byte fallback."""
_UNUSED = re.compile(r"\[unused\d+\]")
_TOKENIZED_AT_ONCE = 5000
_SPACE_MARKS = ("▁", "Ġ")
"""Space before a word, as SentencePiece and byte-level BPE write it."""
_MAX_CHARACTER_BYTES = 4


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

    There are ``size`` of them, or more if special tokens and characters alone are more, and a few
    more where BPE needs the parts of a token to build it. Characters are those of every script
    with an alphabet or syllables; Chinese ones, thousands of words of their own, count as others.

    Raises:
        RecipeError: the tokenizer is none of WordPiece, Unigram and BPE.
    """
    document = json.loads(tokenizer.to_str())
    vocabulary = tokenizer.get_vocab()
    parts = _merged_parts(document["model"], vocabulary)
    marks = _affixes(document["model"])
    added = (token for token in document["added_tokens"] if not _UNUSED.fullmatch(token["content"]))
    kept = {token["id"] for token in added}
    kept |= {
        i
        for token, i in vocabulary.items()
        if _SPECIAL.fullmatch(token) or _is_character(token, marks)
    }
    kept = _with_parts(kept, parts)
    for i, _ in _count_tokens(tokenizer, texts).most_common():
        if len(kept) >= size:
            break
        kept |= _with_parts({i}, parts)
    return sorted(kept)


def cut_tokenizer(tokenizer: Tokenizer, kept: Sequence[int]) -> Tokenizer:
    """Return the tokenizer with these ids alone, renumbered in their order."""
    document = json.loads(tokenizer.to_str())
    new_ids = {old: new for new, old in enumerate(kept)}
    _cut_model(document["model"], new_ids)
    document["added_tokens"] = [
        {**added, "id": new_ids[added["id"]]}
        for added in document["added_tokens"]
        if added["id"] in new_ids
    ]
    for processor in _processors(document["post_processor"]):
        for special in processor.get("special_tokens", {}).values():
            special["ids"] = [new_ids[i] for i in special["ids"]]
        for name in ("cls", "sep"):  # of BertProcessing and RobertaProcessing: token and id
            if name in processor:
                processor[name][1] = new_ids[processor[name][1]]
    if document.get("padding"):
        document["padding"]["pad_id"] = new_ids[document["padding"]["pad_id"]]
    return Tokenizer.from_str(json.dumps(document))


def cut_embeddings(text_encoder: TextEncoder, kept: Sequence[int]) -> None:
    """Keep the token embeddings of these ids alone, in their order."""
    new_ids = {old: new for new, old in enumerate(kept)}
    embedding = text_encoder.token_embedding
    embedding.weight = torch.nn.Parameter(embedding.weight.detach()[list(kept)].clone())
    embedding.num_embeddings = len(kept)
    if embedding.padding_idx is not None:
        embedding.padding_idx = new_ids.get(embedding.padding_idx)
    config: Any = text_encoder.encoder.config  # saved with the encoder
    config.vocab_size = len(kept)
    for name, value in config.to_dict().items():
        if name.endswith("_token_id") and isinstance(value, int):
            setattr(config, name, new_ids.get(value))


def _cut_model(model: dict[str, Any], new_ids: Mapping[int, int]) -> None:
    """Renumber the model of a tokenizer's document in place."""
    vocabulary = model["vocab"]
    if model["type"] == "Unigram":  # a list, in which the index is the id
        model["vocab"] = [vocabulary[old] for old in new_ids if old < len(vocabulary)]
        if model["unk_id"] is not None:
            model["unk_id"] = new_ids[model["unk_id"]]
        return
    model["vocab"] = {token: new_ids[i] for token, i in vocabulary.items() if i in new_ids}
    if model["type"] == "BPE":
        model["merges"] = [
            (left, right)
            for left, right in map(_merge_pair, model["merges"])
            if {left, right, _merge(model, left, right)} <= model["vocab"].keys()
        ]


def _count_tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> Counter[int]:
    counts: Counter[int] = Counter()
    tokenizer.no_padding()
    for start in range(0, len(texts), _TOKENIZED_AT_ONCE):
        batch = list(texts[start : start + _TOKENIZED_AT_ONCE])
        for encoding in tokenizer.encode_batch_fast(batch):
            counts.update(encoding.ids)
    return counts


def _merged_parts(
    model: Mapping[str, Any], vocabulary: Mapping[str, int]
) -> dict[int, tuple[int, int]]:
    """Return the ids of the two parts that BPE first merges to each token; empty for others.

    Raises:
        RecipeError: the model is none of WordPiece, Unigram and BPE.
    """
    kind = model.get("type")
    if kind in ("WordPiece", "Unigram"):
        return {}
    if kind != "BPE":
        raise RecipeError(f"fit.vocabulary_size: a {kind} vocabulary cannot be cut; leave it out")
    parts: dict[int, tuple[int, int]] = {}
    for left, right in map(_merge_pair, model["merges"]):
        merged = vocabulary[_merge(model, left, right)]
        parts.setdefault(merged, (vocabulary[left], vocabulary[right]))
    return parts


def _with_parts(ids: Iterable[int], parts: Mapping[int, tuple[int, int]]) -> set[int]:
    """Return the ids with those of all tokens from which BPE builds them."""
    found: set[int] = set()
    remaining = list(ids)
    while remaining:
        i = remaining.pop()
        if i not in found:
            found.add(i)
            remaining += parts.get(i, ())
    return found


def _merge_pair(merge: str | Sequence[str]) -> tuple[str, str]:
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return left, right


def _merge(model: Mapping[str, Any], left: str, right: str) -> str:
    return left + right.removeprefix(model.get("continuing_subword_prefix") or "")


def _processors(processor: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Yield a post-processor, or those of a sequence."""
    if processor is not None:
        yield processor
        yield from processor.get("processors", ())


def _affixes(model: Mapping[str, Any]) -> tuple[str, str]:
    """Return the prefix of tokens inside a word and the suffix of those at its end."""
    return model.get("continuing_subword_prefix") or "", model.get("end_of_word_suffix") or ""


def _is_character(token: str, affixes: tuple[str, str]) -> bool:
    """Return True if a token is one character, perhaps behind a space, but no Chinese one."""
    prefix, suffix = affixes
    token = token.removeprefix(prefix).removesuffix(suffix) if token != suffix else token
    if len(token) > 1:
        token = _decode_bytes(token)
    for mark in (*_SPACE_MARKS, " "):
        token = token.removeprefix(mark) or mark
    return len(token) == 1 and not unicodedata.name(token, "").startswith("CJK")


def _decode_bytes(token: str) -> str:
    """Return the character that byte-level BPE writes as several; other tokens as they are."""
    data = [_BYTES.get(character) for character in token[: _MAX_CHARACTER_BYTES + 2]]
    if len(token) > _MAX_CHARACTER_BYTES + 1 or None in data or token.isascii():
        return token
    try:
        return bytes(data).decode("utf-8")  # type: ignore[arg-type] # no None among them
    except UnicodeDecodeError:
        return token


def _byte_alphabet() -> dict[str, int]:
    """Return the byte that each character of byte-level BPE stands for (Radford et al., 2019)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {chr(byte): byte for byte in printable}
    return {**table, **{chr(256 + i): byte for i, byte in enumerate(others)}}


_BYTES = _byte_alphabet()

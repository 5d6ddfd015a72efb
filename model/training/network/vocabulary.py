"""Leave out vocabulary that texts do not need: an int8 embedding row is 384 bytes of artifact."""

import json
import re
from collections import Counter
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer

from model.training.network.text_encoder import TextEncoder

_SPECIAL = re.compile(r"\[(PAD|UNK|CLS|SEP|MASK)\]")
_UNUSED = re.compile(r"\[unused\d+\]")


def drop_unused_tokens(text: TextEncoder, tokenizer: Tokenizer) -> Tokenizer:
    """Drop BERT's ``[unusedN]`` tokens from encoder and tokenizer; ids move up, answers stay.

    A tokenizer without such tokens comes back as it is.
    """
    vocabulary = tokenizer.get_vocab(with_added_tokens=False)
    if text.bag is not None or not any(_UNUSED.fullmatch(token) for token in vocabulary):
        return tokenizer  # the bag's hash reads ids
    kept = sorted(i for token, i in vocabulary.items() if not _UNUSED.fullmatch(token))
    cut_embeddings(text, kept)
    return cut_tokenizer(tokenizer, kept)


def select_token_ids(tokenizer: Tokenizer, texts: Sequence[str], size: int) -> list[int]:
    """The ids, ascending, of ``size`` WordPiece tokens: special ones, characters, the most used.

    A word whose token goes is read in the pieces that stay, down to characters.

    Raises:
        ValueError: the tokenizer is of another kind, whose tokens build on each other.
    """
    if json.loads(tokenizer.to_str())["model"].get("type") != "WordPiece":
        raise ValueError("fit.vocabulary: only WordPiece vocabularies can be cut")
    counts: Counter[int] = Counter()
    tokenizer.no_padding()
    for start in range(0, len(texts), 5000):
        for encoding in tokenizer.encode_batch_fast(list(texts[start : start + 5000])):
            counts.update(encoding.ids)
    vocabulary = tokenizer.get_vocab()
    needed = {
        i for token, i in vocabulary.items() if _SPECIAL.fullmatch(token) or _is_character(token)
    }
    for i, _ in counts.most_common():
        if len(needed) >= size:
            break
        needed.add(i)
    return sorted(needed)


def _is_character(token: str) -> bool:
    return len(token.removeprefix("##")) == 1


def cut_tokenizer(tokenizer: Tokenizer, kept: Sequence[int]) -> Tokenizer:
    """The tokenizer with these ids alone, renumbered in their order."""
    document = json.loads(tokenizer.to_str())
    names = {i: token for token, i in document["model"]["vocab"].items()}
    moved = {old: new for new, old in enumerate(kept)}
    document["model"]["vocab"] = {names[old]: moved[old] for old in kept}
    for added in document["added_tokens"]:
        added["id"] = moved[added["id"]]
    for special in (document["post_processor"] or {}).get("special_tokens", {}).values():
        special["ids"] = [moved[i] for i in special["ids"]]
    if document.get("padding"):
        document["padding"]["pad_id"] = moved[document["padding"]["pad_id"]]
    return Tokenizer.from_str(json.dumps(document))


def cut_embeddings(text: TextEncoder, rows: Sequence[int]) -> None:
    """The same for the encoder's embeddings."""
    embedding = text.encoder.get_input_embeddings()  # type: ignore[operator]
    assert isinstance(embedding, torch.nn.Embedding)  # noqa: S101 - what the library returns
    embedding.weight = torch.nn.Parameter(embedding.weight.detach()[list(rows)].clone())
    embedding.num_embeddings = len(rows)
    text.encoder.config.vocab_size = len(rows)  # type: ignore[union-attr] # what it loads with

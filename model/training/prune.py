"""Leave out vocabulary that no text can reach: an int8 embedding row is 384 bytes of artifact."""

import json
import re

import torch
from tokenizers import Tokenizer

from model.training.network import TextEncoder

_UNUSED = re.compile(r"\[unused\d+\]")


def prune_unused(text: TextEncoder, tokenizer: Tokenizer) -> Tokenizer:
    """Drop BERT's ``[unusedN]`` tokens from encoder and tokenizer; ids move up, answers stay.

    A tokenizer without such tokens comes back as it is.
    """
    document = json.loads(tokenizer.to_str())
    vocabulary = document["model"].get("vocab")
    if not isinstance(vocabulary, dict) or not any(_UNUSED.fullmatch(t) for t in vocabulary):
        return tokenizer
    kept = sorted((i, t) for t, i in vocabulary.items() if not _UNUSED.fullmatch(t))
    moved = {old: new for new, (old, _) in enumerate(kept)}
    document["model"]["vocab"] = {token: moved[old] for old, token in kept}
    for added in document["added_tokens"]:
        added["id"] = moved[added["id"]]
    for special in document["post_processor"].get("special_tokens", {}).values():
        special["ids"] = [moved[i] for i in special["ids"]]
    if document.get("padding"):
        document["padding"]["pad_id"] = moved[document["padding"]["pad_id"]]
    _keep_rows(text, [old for old, _ in kept])
    return Tokenizer.from_str(json.dumps(document))


def _keep_rows(text: TextEncoder, rows: list[int]) -> None:
    embedding = text.encoder.get_input_embeddings()  # type: ignore[operator]
    assert isinstance(embedding, torch.nn.Embedding)  # noqa: S101 - what the library returns
    embedding.weight = torch.nn.Parameter(embedding.weight.detach()[rows].clone())
    embedding.num_embeddings = len(rows)

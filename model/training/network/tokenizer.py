"""Tokenizer of a base checkpoint."""

from pathlib import Path

from tokenizers import Tokenizer

_PADDING_TOKENS = ("[PAD]", "<pad>")


def load_tokenizer(base: str, max_tokens: int) -> Tokenizer:
    """Load the fast tokenizer of a folder or Hub id; it truncates, and pads batches."""
    local = Path(base) / "tokenizer.json"
    tokenizer = (
        Tokenizer.from_file(str(local)) if local.exists() else Tokenizer.from_pretrained(base)
    )
    tokenizer.enable_truncation(max_tokens)
    known = (token for token in _PADDING_TOKENS if tokenizer.token_to_id(token) is not None)
    pad = next(known, _PADDING_TOKENS[0])
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id(pad) or 0, pad_token=pad)
    return tokenizer

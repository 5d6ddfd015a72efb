"""A BERT-like encoder and the emoji table, trained together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Generic, TypeVar

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel


def mean_pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Mean of the hidden states where ``mask`` is 1: (batch, tokens, d) -> (batch, d)."""
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


class TextEncoder(nn.Module):
    """Token ids and mask, (batch, tokens) each -> text vectors, (batch, d).

    With a ``bag`` of n-grams beside the encoder, what it says follows: (batch, d + width).
    """

    def __init__(self, encoder: nn.Module, size: int, bag: nn.Module | None = None) -> None:
        super().__init__()
        self.encoder = encoder
        self.bag = bag
        self.token_dropout = 0.0
        """Share of a text's tokens that are left out in training."""
        self.projection = nn.Linear(size, size)
        nn.init.eye_(self.projection.weight)
        nn.init.zeros_(self.projection.bias)

    @classmethod
    def from_base(cls, base: str) -> "TextEncoder":
        """Load a Hub id or a folder; any architecture whose output has ``last_hidden_state``."""
        encoder = AutoModel.from_pretrained(base, attn_implementation="sdpa")
        for module in encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = (
                    0.0  # one epoch over noisy labels: dropout costs more than it regularises
                )
        return cls(encoder, encoder.config.hidden_size)

    @property
    def max_name_tokens(self) -> int:
        """How many tokens of an emoji's name and keywords are read: 32, if there is room."""
        return min(32, int(self.encoder.config.max_position_embeddings))  # type: ignore[union-attr, arg-type]

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Text vectors, not normalised: their length carries how sure the text makes us."""
        if self.training and self.token_dropout:
            read = torch.rand(attention_mask.shape) >= self.token_dropout
            # The first token stays: a text of which nothing is read has no vector.
            read[:, 0] = True
            attention_mask = attention_mask * read
        output = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        projected: Tensor = self.projection(mean_pool(output.last_hidden_state, attention_mask))
        if self.bag is None:
            return projected
        return torch.cat([projected, self.bag(input_ids, attention_mask)], dim=1)


TextEncoderT = TypeVar("TextEncoderT", bound=nn.Module, covariant=True)
"""What makes a vector of token ids and their mask."""


class EmojiNetwork(nn.Module, Generic[TextEncoderT]):
    """Scores: text vector x row + bias of the emoji + bias of the emoji in this source."""

    def __init__(self, text: TextEncoderT, rows: Tensor, allowed: Tensor) -> None:
        """Start from ``rows`` (emojis, d); ``allowed`` (sources, emojis) says what can occur."""
        super().__init__()
        self.text_encoder = text
        self.embeddings = nn.Parameter(rows.clone())
        self.bias = nn.Parameter(torch.zeros(len(rows)))
        # Each source has its own label prior (a query list, a balanced sample, an old keyboard).
        # Learnt apart and left behind at export, it keeps the shared table free of it.
        self.source_bias = nn.Parameter(torch.zeros(len(allowed), len(rows)))
        self.label_mask = allowed
        self.register_buffer("label_penalty", torch.where(allowed, 0.0, -1e4), persistent=False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, source: Tensor) -> Tensor:
        """Logits, (batch, emojis), float32."""
        vectors = self.text_encoder(input_ids, attention_mask).float()
        prior = self.bias + self.source_bias[source]
        logits: Tensor = (
            vectors @ self.embeddings.T + prior + self.get_buffer("label_penalty")[source]
        )
        return logits


@torch.inference_mode()
def encode_texts(text: TextEncoder, tokenizer: Tokenizer, texts: Sequence[str]) -> Tensor:
    """Text vectors of many short texts, (texts, d), float32."""
    vectors = []
    for start in range(0, len(texts), 64):
        batch = tokenizer.encode_batch(list(texts[start : start + 64]))
        ids = torch.tensor([e.ids for e in batch])
        mask = torch.tensor([e.attention_mask for e in batch])
        vectors.append(text(ids, mask).float())
    return torch.cat(vectors)


def load_tokenizer(base: str, max_tokens: int) -> Tokenizer:
    """The fast tokenizer of a base checkpoint, truncating and padding for batches."""
    local = Path(base) / "tokenizer.json"
    tokenizer = (
        Tokenizer.from_file(str(local)) if local.exists() else Tokenizer.from_pretrained(base)
    )
    tokenizer.enable_truncation(max_tokens)
    pad = next((t for t in ("[PAD]", "<pad>") if tokenizer.token_to_id(t) is not None), "[PAD]")
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id(pad) or 0, pad_token=pad)
    return tokenizer

"""Text encoder: a BERT-like Transformer with mean pooling, and an n-gram bag beside it."""

from collections.abc import Sequence
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

from model.training.recipe import RecipeError

_BATCH_SIZE = 64
_MAX_NAME_TOKENS = 32


def mean_pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of the hidden states with mask 1: (batch, tokens, d) -> (batch, d)."""
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


def middle_states(hidden_states: Sequence[Tensor]) -> Tensor:
    """Return the hidden states two thirds up, (batch, tokens, size).

    The last layers keep of a text what bears on its emojis; a layer before them tells more of its
    subject (compare Liu et al., 2019). ``hidden_states`` begin with those of the embeddings.
    """
    return hidden_states[middle_layer(len(hidden_states) - 1)]


def middle_layer(layers: int) -> int:
    """Return after how many of the layers the middle states are read."""
    return round(2 * layers / 3)


class TextEncoder(nn.Module):
    """Token ids and mask, (batch, tokens) each -> text vectors, (batch, d).

    With a ``bag`` of n-grams its vector follows the encoder's: (batch, d + width).
    """

    def __init__(self, encoder: nn.Module, size: int, bag: nn.Module | None = None) -> None:
        super().__init__()
        self.encoder = encoder
        self.bag = bag
        self.token_dropout = 0.0
        """Share of a text's tokens that are masked in training."""
        self.projection = nn.Linear(size, size)
        nn.init.eye_(self.projection.weight)
        nn.init.zeros_(self.projection.bias)

    @classmethod
    def from_base(cls, base: str, dropout: float = 0.0) -> "TextEncoder":
        """Load a Hub id or a folder of any architecture with ``last_hidden_state``, as float32.

        Raises:
            OSError: the checkpoint cannot be loaded.
        """
        encoder = _load_encoder(base)
        for module in encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = dropout
        return cls(encoder, encoder.config.hidden_size)

    @property
    def token_embedding(self) -> nn.Embedding:
        """Embeddings of the tokenizer's tokens."""
        embedding = self.encoder.get_input_embeddings()  # type: ignore[operator]
        assert isinstance(embedding, nn.Embedding)  # noqa: S101 - what the library returns
        return embedding

    @property
    def max_positions(self) -> int:
        """Positions of the encoder."""
        return int(self.encoder.config.max_position_embeddings)  # type: ignore[union-attr, arg-type]

    @property
    def max_name_tokens(self) -> int:
        """Tokens of an emoji's name and keywords that are read."""
        return min(_MAX_NAME_TOKENS, self.max_positions)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return text vectors, not normalised: their length expresses certainty."""
        if self.training and self.token_dropout:
            drawn = torch.rand(attention_mask.shape, device=attention_mask.device)
            kept = drawn >= self.token_dropout
            kept[:, 0] = True  # a text without any token has no vector
            attention_mask = attention_mask * kept
        output = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        return self._vectors(output.last_hidden_state, input_ids, attention_mask)

    def forward_with_states(
        self, input_ids: Tensor, attention_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return text vectors and middle states, (batch, tokens, size), as they are served."""
        output = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
        )
        vectors = self._vectors(output.last_hidden_state, input_ids, attention_mask)
        return vectors, middle_states(output.hidden_states)

    def _vectors(self, hidden: Tensor, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        projected: Tensor = self.projection(mean_pool(hidden, attention_mask))
        if self.bag is None:
            return projected
        return torch.cat([projected, self.bag(input_ids, attention_mask)], dim=1)


def keep_layers(text_encoder: TextEncoder, count: int) -> None:
    """Keep ``count`` layers of an encoder, evenly spaced and the last among them.

    The start of a smaller network that is distilled from a larger one (DistilBERT: Sanh et al.,
    2019).

    Raises:
        RecipeError: it has fewer layers, or they are not alike, as in ModernBERT.
    """
    config: Any = text_encoder.encoder.config
    total = int(config.num_hidden_layers)
    parents = [
        (parent, name)
        for parent in text_encoder.encoder.modules()
        for name, child in parent.named_children()
        if isinstance(child, nn.ModuleList) and len(child) == total
    ]
    if count > total or len(parents) != 1:
        raise RecipeError(f"fit.layers: {count} of {total} layers cannot be kept; choose fewer")
    [(parent, name)] = parents
    layers = list(getattr(parent, name))
    if len({tuple(layer.state_dict()) for layer in layers}) > 1:
        raise RecipeError(
            "fit.layers: the layers of this base differ; leave it out, or choose another"
        )
    kept = [(i + 1) * total // count - 1 for i in range(count)]
    setattr(parent, name, nn.ModuleList([layers[i] for i in kept]))
    config.num_hidden_layers = count  # saved with the encoder


def _load_encoder(base: str) -> Any:  # noqa: ANN401 - transformers has no types of its own
    try:
        return AutoModel.from_pretrained(base, attn_implementation="sdpa", dtype=torch.float32)
    except ValueError:  # an architecture without that attention, such as MPNet
        return AutoModel.from_pretrained(base, attn_implementation="eager", dtype=torch.float32)


@torch.inference_mode()
def encode_texts(text_encoder: TextEncoder, tokenizer: Tokenizer, texts: Sequence[str]) -> Tensor:
    """Return the vectors of short texts, (texts, d), float32."""
    vectors = []
    for start in range(0, len(texts), _BATCH_SIZE):
        batch = tokenizer.encode_batch(list(texts[start : start + _BATCH_SIZE]))
        ids = torch.tensor([e.ids for e in batch])
        mask = torch.tensor([e.attention_mask for e in batch])
        vectors.append(text_encoder(ids, mask).float())
    return torch.cat(vectors)

"""The gravity network: the middle states of a text to its gravity vector.

A small Transformer beside the last layers of the encoder. What those forget, as it does not bear on
emojis, is what tells a death from a figure of speech.
"""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import relu, scaled_dot_product_attention

WIDTH = 64
_HEADS = 4
_DROPOUT = 0.2


class _Layer(nn.Module):
    """A Transformer layer, normalised first; torch's own exports the number of tokens as fixed."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner, self.outer = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Return hidden states of the same shape, (batch, tokens, width)."""
        split = self.qkv(self.norm_1(hidden)).unflatten(2, (3, _HEADS, -1))
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        attended = scaled_dot_product_attention(query, key, value, mask[:, None, None, :])
        hidden = hidden + self.dropout(self.out(attended.transpose(1, 2).flatten(2)))
        inner = self.dropout(relu(self.inner(self.norm_2(hidden))))
        result: Tensor = hidden + self.dropout(self.outer(inner))
        return result


class GravityNetwork(nn.Module):
    """Middle states, (batch, tokens, size), and mask -> gravity vectors, (batch, 2 x width).

    One Transformer layer, then the mean of its states by learnt attention and their maximum.
    """

    def __init__(self, size: int, width: int = WIDTH) -> None:
        super().__init__()
        self.token_dropout = 0.0
        """Share of a text's tokens that are masked in training."""
        self.dropout = nn.Dropout(_DROPOUT)
        self.projection = nn.Linear(size, width)
        self.layer = _Layer(width)
        self.attention = nn.Linear(width, 1)

    @property
    def gravity_width(self) -> int:
        """Numbers of a gravity vector."""
        return 2 * self.projection.out_features

    def forward(self, states: Tensor, attention_mask: Tensor) -> Tensor:
        """Return gravity vectors; the mask is 1 for tokens, (batch, tokens)."""
        mask = attention_mask.bool()
        if self.training and self.token_dropout:
            kept = torch.rand(mask.shape) >= self.token_dropout
            kept[:, 0] = True  # a text without any token has no vector
            mask = mask & kept
        hidden = self.projection(self.dropout(states))
        hidden = self.layer(hidden, mask)
        padding = ~mask.unsqueeze(2)
        shares = self.attention(hidden).masked_fill(padding, -1e4).softmax(dim=1)
        mean, peak = (shares * hidden).sum(1), hidden.masked_fill(padding, -1e4).amax(1)
        return torch.cat([mean, peak], dim=1)


def export_network(network: GravityNetwork, target: Path) -> None:
    """Write the network as an ONNX graph, in float: states and mask -> gravity vectors."""
    size = network.projection.in_features
    states, mask = torch.zeros((2, 11, size)), torch.ones((2, 11), dtype=torch.int64)
    dynamic = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():
        # The exporter warns of its own successor; encoders are exported by the same.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (states, mask),
            str(target),
            input_names=["states", "attention_mask"],
            output_names=["gravity"],
            dynamic_axes={"states": dynamic, "attention_mask": dynamic, "gravity": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
